import '../../../../support/product-environment.ts'
import { expect } from 'chai'
import sinon from 'sinon'
import { handler } from '../../../../../functions/api/authorizer/handler.ts'
import { dynamodb } from '../../../../../functions/shared/aws/dynamodb.ts'

const methodArn = 'arn:aws:execute-api:us-east-1:000000000000:api/dev/GET/checkpoints'
const items: Record<string, Record<string, unknown>> = {
  'user/bob': { id: 'user/bob', kind: 'user', roles: ['painters', 'gone', 'readers'] },
  'role/painters': { id: 'role/painters', kind: 'role', permissions: ['merge:all'] },
  'role/readers': { id: 'role/readers', kind: 'role', permissions: ['checkpoint:list', 'merge:all'] },
  'user/idle': { id: 'user/idle', kind: 'user', roles: [] },
}

function event(headers: Record<string, string> | null, httpMethod = 'GET', resource = '/checkpoints') {
  return { type: 'REQUEST', methodArn, httpMethod, resource, headers }
}

interface Sent {
  input: { Key?: { id: string }; RequestItems?: { Accounts: { Keys: { id: string }[] } } }
}

function answer({ input }: Sent): unknown {
  if (input.Key) return { Item: items[input.Key.id] }
  const found = input.RequestItems!.Accounts.Keys.map(({ id }) => items[id]).filter((item) => item)
  return { Responses: { Accounts: found } }
}

describe('The authorizer', () => {
  let send: sinon.SinonStub
  let lines: string[]

  beforeEach(() => {
    send = sinon.stub(dynamodb, 'send').callsFake((async (command: Sent) => answer(command)) as never)
    lines = []
    process.env.LOG_LEVEL = 'DEBUG'
    sinon.stub(console, 'log').callsFake((line: string) => void lines.push(line))
  })
  afterEach(() => {
    sinon.restore()
    process.env.LOG_LEVEL = 'ERROR'
  })

  it('answers a policy for exactly this method and hands the caller on, whatever the header’s case', async () => {
    const { principalId, policyDocument, context } = await handler(event({ UserName: 'bob' }))
    expect(principalId).to.equal('bob')
    expect(policyDocument.Statement).to.deep.equal([
      { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn },
    ])
    expect(context).to.deep.equal({
      username: 'bob',
      roles: '["painters","gone","readers"]',
      permissions: '["merge:all","checkpoint:list"]',
      message: 'Allowed',
    })
  })

  it('denies with the message for the client in the context', async () => {
    const { policyDocument, context } = await handler(event({ username: 'idle' }))
    expect(policyDocument.Statement[0]!.Effect).to.equal('Deny')
    expect(context).to.deep.equal({
      username: 'idle',
      message: "User idle has no permissions: ['checkpoint:all', 'checkpoint:list']",
      permissionsRequired: 'checkpoint:all checkpoint:list',
    })
  })

  it('throws the one word that the gateway turns into a 401', async () => {
    for (const headers of [null, {}, { username: ' ' }, { username: 'nobody' }]) {
      const failure = await handler(event(headers)).catch((error: Error) => error.message)
      expect(failure).to.equal('Unauthorized')
    }
  })

  it('lets the key alone complete an upload without reading any account', async () => {
    const { principalId, context } = await handler(event({ 'x-api-key': 'k' }, 'PUT', '/checkpoints/{id}'))
    expect([principalId, context.username, send.callCount]).to.deep.equal(['api-key', '', 0])
  })

  it('fails when the table cannot be read, instead of deciding', async () => {
    send.rejects(new Error('no table'))
    const failure = await handler(event({ username: 'bob' })).catch((error: Error) => error.message)
    expect(failure).to.equal('no table')
  })

  it('fails when DynamoDB keeps leaving roles unread, instead of denying', async () => {
    send.callsFake(async ({ input }: Sent) =>
      input.Key ? { Item: items[input.Key.id] } : { Responses: {}, UnprocessedKeys: input.RequestItems },
    )
    const failure = await handler(event({ username: 'bob' })).catch((error: Error) => error.name)
    expect(failure).to.equal('TransientError')
  })

  it('writes no header into the log', async () => {
    await handler(event({ username: 'bob', 'x-api-key': '12345678901234567890' }))
    expect(lines).to.have.lengthOf(1)
    expect(lines.join()).not.to.contain('12345678901234567890')
  })
})
