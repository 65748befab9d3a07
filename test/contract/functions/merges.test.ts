import '../../support/product-environment.ts'
import { CreateMultipartUploadCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect } from 'chai'
import sinon from 'sinon'
import { handler } from '../../../functions/api/merges/handler.ts'
import { dynamodb } from '../../../functions/shared/aws/dynamodb.ts'
import { s3 } from '../../../functions/shared/aws/s3.ts'
import { states } from '../../../functions/shared/aws/states.ts'
import { toAuthorizerContext } from '../../../functions/shared/http/caller.ts'
import { type LibraryFixture, startLibrary } from '../../support/library-fixture.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
type Json = Record<string, any>

const admin = { username: 'admin', roles: ['IT Operator'], permissions: ['merge:all'] }
const machine = 'arn:aws:states:us-east-1:000000000000:execution:merge-checkpoint'
const request = { name: 'castle-mix', method: 'none', primary: 'a.safetensors' }
const absent = Object.assign(new Error('no such execution'), { name: 'ExecutionDoesNotExist' })

describe('The merge routes on real tables and a real bucket', () => {
  let library: LibraryFixture
  let toStates: sinon.SinonStub

  before(async () => {
    library = await startLibrary()
  })
  after(() => library.stop())
  beforeEach(() => {
    toStates = sinon.stub(states, 'send').rejects(absent)
  })
  afterEach(() => sinon.restore())

  async function call(
    method: string,
    id?: string,
    query: Record<string, string> = {},
    caller: typeof admin | null = admin,
  ) {
    const answer = await handler({
      httpMethod: method,
      resource: id === undefined ? '/merges' : '/merges/{id}',
      path: '/merges',
      pathParameters: id === undefined ? null : { id },
      queryStringParameters: query,
      requestContext: { requestId: 'r-1', authorizer: caller && toAuthorizerContext(caller) },
    })
    return { status: answer.statusCode, body: JSON.parse(answer.body) as Json }
  }

  const record = (id: string, more: Json = {}) =>
    dynamodb.send(
      new PutCommand({
        TableName: library.mergesTable,
        Item: {
          id,
          list: 'merges',
          createdAt: `2026-03-02T10:15:00.${id.padStart(3, '0')}Z`,
          name: 'castle-mix',
          status: 'Planning',
          request: request,
          requestedBy: 'admin',
          executionArn: `${machine}:${id}`,
          checkpointId: `c-${id}`,
          announcement: { eventId: 'e' },
          ...more,
        },
      }),
    )

  it('lists the newest first, page by page, until the cursor is null', async () => {
    for (const id of ['1', '2', '3', '4', '5']) await record(id)
    const seen: string[][] = []
    let cursor: string | null | undefined
    while (cursor !== null) {
      const { status, body } = await call('GET', undefined, {
        limit: '2',
        ...(cursor ? { exclusive_start_key: cursor } : {}),
      })
      expect(status, JSON.stringify(body)).to.equal(200)
      seen.push(body.data.merges.map((merge: Json) => merge.id))
      cursor = body.data.last_evaluated_key
    }
    expect(seen).to.deep.equal([['5', '4'], ['3', '2'], ['1']])
    expect((await call('GET')).body.data.merges).to.have.lengthOf(5)
  })

  it('refuses a limit and a cursor that are none, by name', async () => {
    for (const [name, value] of [
      ['limit', '0'],
      ['limit', '101'],
      ['limit', 'x'],
      ['exclusive_start_key', 'x'],
      ['exclusive_start_key', Buffer.from('{"id":"a","list":"other","createdAt":"x"}').toString('base64url')],
    ] as const) {
      const { status, body } = await call('GET', undefined, { [name]: value })
      expect(status).to.equal(400)
      expect(body.message).to.contain(`Query ${name} is`)
    }
  })

  it('shows a merge with its request and its links, and nothing that only the machine needs', async () => {
    await record('10')
    const { status, body } = await call('GET', '10')
    expect(status).to.equal(200)
    expect(body.data).to.deep.include({ id: '10', status: 'Planning', request, checkpointId: 'c-10' })
    expect(body.data.links).to.deep.equal({ self: 'http://127.0.0.1:3000/dev/merges/10', execution: `${machine}:10` })
    expect(body.data).not.to.have.any.keys('list', 'announcement', 'executionArn', 'upload', 'progress')
  })

  it('counts the parts that are stored while they are being made', async () => {
    const target = { Bucket: library.bucket, Key: 'x/y.safetensors' }
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target))
    for (const PartNumber of [1, 3]) {
      await s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body: 'part' }))
    }
    const upload = { bucket: target.Bucket, key: target.Key, uploadId: UploadId }
    await record('11', { status: 'Merging', parts: 7, upload })
    expect((await call('GET', '11')).body.data.progress).to.deep.equal({ partsDone: 2, parts: 7 })
    await record('11', { status: 'Merging', parts: 7, upload: { ...upload, uploadId: 'gone' } })
    expect((await call('GET', '11')).body.data.progress).to.deep.equal({ partsDone: 7, parts: 7 })
    await record('11', { status: 'Succeeded', parts: 7, upload })
    expect((await call('GET', '11')).body.data).not.to.have.property('progress')
  })

  it('shows a merge that has just been accepted as Planning, from its execution', async () => {
    toStates.resolves({
      executionArn: `${machine}:new`,
      status: 'RUNNING',
      startDate: new Date('2026-03-02T10:15:00Z'),
      input: JSON.stringify({ id: 'new', requestedBy: 'admin', request }),
    })
    const { status, body } = await call('GET', 'new')
    expect(status).to.equal(200)
    expect(body.data).to.deep.include({
      id: 'new',
      name: 'castle-mix',
      status: 'Planning',
      request,
      requestedBy: 'admin',
    })
    expect(toStates.firstCall.firstArg.input).to.deep.equal({ executionArn: `${machine}:new` })
  })

  it('answers 404 for an id that nothing knows, however odd', async () => {
    for (const id of ['nothing', 'a:b', 'x'.repeat(200), '']) {
      toStates.rejects(id === 'a:b' ? Object.assign(new Error('bad'), { name: 'InvalidArn' }) : absent)
      for (const method of ['GET', 'DELETE']) {
        const { status, body } = await call(method, id)
        expect([status, body.message]).to.deep.equal([404, `merge not found with id ${id.slice(0, 80)}`])
      }
    }
  })

  it('stops a running merge in the caller’s name and leaves the record to the announcement', async () => {
    await record('20', { status: 'Merging' })
    toStates.resolves({ stopDate: new Date() })
    const { status, body } = await call('DELETE', '20')
    expect([status, body.data.id]).to.deep.equal([202, '20'])
    expect(toStates.firstCall.firstArg.input).to.deep.equal({
      executionArn: `${machine}:20`,
      error: 'Stopped',
      cause: 'Stopped by admin',
    })
    expect((await call('GET', '20')).body.data.status).to.equal('Merging')
  })

  it('stops a merge that has no record yet', async () => {
    toStates.onFirstCall().resolves({ status: 'RUNNING', input: '{}', startDate: new Date() })
    toStates.onSecondCall().resolves({})
    expect((await call('DELETE', 'fresh')).status).to.equal(202)
    expect(toStates.callCount).to.equal(2)
  })

  it('deletes the record of a merge that has ended', async () => {
    for (const status of ['Succeeded', 'Failed', 'TimedOut', 'Stopped']) {
      await record('30', { status })
      expect((await call('DELETE', '30')).status).to.equal(204)
      const { Item } = await dynamodb.send(new GetCommand({ TableName: library.mergesTable, Key: { id: '30' } }))
      expect(Item).to.equal(undefined)
    }
    expect(toStates.callCount).to.equal(0)
  })

  it('deletes a record that no execution will ever end', async () => {
    await record('31', { status: 'Merging' })
    expect((await call('DELETE', '31')).status).to.equal(204)
    expect((await call('GET', '31')).status).to.equal(404)
  })

  it('stops nothing for a caller without a name', async () => {
    await record('32', { status: 'Merging' })
    expect((await call('DELETE', '32', {}, null)).status).to.equal(403)
    expect(toStates.callCount).to.equal(0)
  })

  it('answers 503 without details while Step Functions is busy', async () => {
    sinon.stub(console, 'log')
    toStates.rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }))
    const { status, body } = await call('GET', 'busy')
    expect(status).to.equal(503)
    expect(body.message).not.to.contain('slow down')
  })
})
