import { expect } from 'chai'
import { authorize } from '../../../../../functions/api/authorizer/authorize.ts'
import { ROUTE_PERMISSIONS } from '../../../../../functions/api/authorizer/route-permissions.ts'

const accounts: Record<string, string[]> = {
  admin: ['checkpoint:all', 'merge:all'],
  reader: ['checkpoint:list', 'merge:list'],
  maker: ['checkpoint:create', 'merge:create'],
  nothing: [],
}

const findAccount = async (username: string) => {
  const permissions = Object.hasOwn(accounts, username) ? accounts[username] : undefined
  return permissions && { username, roles: ['some'], permissions }
}

const effect = async (route: string, username?: string) => (await authorize(route, username, findAccount)).effect

/** Where the contract's permission is not called like the route. */
const NOUNS: Readonly<Record<string, string>> = {
  endpoints: 'sagemaker_endpoint',
  models: 'checkpoint',
  datasets: 'train',
  trainings: 'train',
}

describe('The authorizer’s decision', () => {
  it('lets whoever holds the permission through, and tells who it is', async () => {
    expect(await authorize('POST /merges', 'admin', findAccount)).to.deep.equal({
      effect: 'Allow',
      caller: { username: 'admin', roles: ['some'], permissions: accounts.admin },
    })
  })

  it('honours the contract’s list and create permissions on their own routes only', async () => {
    for (const noun of ['checkpoints', 'merges']) {
      expect(await effect(`GET /${noun}`, 'reader')).to.equal('Allow')
      expect(await effect(`POST /${noun}`, 'reader')).to.equal('Deny')
      expect(await effect(`POST /${noun}`, 'maker')).to.equal('Allow')
      expect(await effect(`GET /${noun}`, 'maker')).to.equal('Deny')
    }
    expect(await effect('DELETE /checkpoints', 'reader')).to.equal('Deny')
    expect(await effect('DELETE /merges/{id}', 'maker')).to.equal('Deny')
  })

  it('denies in the contract’s words, naming what is missing', async () => {
    expect(await authorize('GET /checkpoints', 'nothing', findAccount)).to.deep.equal({
      effect: 'Deny',
      username: 'nothing',
      message: "User nothing has no permissions: ['checkpoint:all', 'checkpoint:list']",
      permissionsRequired: ['checkpoint:all', 'checkpoint:list'],
    })
  })

  it('knows no user it cannot find, and none without a name', async () => {
    for (const username of [undefined, '', 'nobody', 'constructor', 'x'.repeat(300)]) {
      expect(await effect('GET /checkpoints', username), String(username)).to.equal('Unauthorized')
    }
  })

  it('takes the key alone for completing an upload and for ping, but no unknown user', async () => {
    for (const route of ['GET /ping', 'PUT /checkpoints/{id}']) {
      expect(await effect(route)).to.equal('Allow')
      expect(await effect(route, 'nothing')).to.equal('Allow')
      expect(await effect(route, 'nobody')).to.equal('Unauthorized')
    }
  })

  it('denies every route that is not in the table, to anybody', async () => {
    for (const route of ['GET /users', 'PATCH /merges', 'constructor', 'GET /checkpoints/']) {
      expect(await effect(route, 'admin')).to.equal('Deny')
      expect(await effect(route)).to.equal('Deny')
    }
  })

  it('asks a permission of its own noun for every route that needs a user', () => {
    for (const [route, rule] of Object.entries(ROUTE_PERMISSIONS)) {
      if (rule.access === 'api-key') continue
      const resource = route.split('/')[1]!
      const noun = NOUNS[resource] ?? resource.replace(/s$/, '')
      expect(rule.anyOf[0], route).to.equal(`${noun}:all`)
      expect(rule.anyOf.every((permission) => permission.startsWith(`${noun}:`))).to.equal(true)
    }
  })

  it('passes the failure of the accounts table on', async () => {
    const broken = async (): Promise<undefined> => {
      throw new Error('no table')
    }
    const outcome = await authorize('GET /merges', 'admin', broken).catch((error: Error) => error.message)
    expect(outcome).to.equal('no table')
  })
})
