import '../../../../support/product-environment.ts'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import sinon from 'sinon'
import { handler } from '../../../../../functions/custom-resources/first-account/handler.ts'
import { dynamodb } from '../../../../../functions/shared/aws/dynamodb.ts'

interface Answer {
  body: Record<string, string>
  headers: IncomingMessage['headers']
  method: string | undefined
}

describe('The first account', () => {
  let server: Server
  let answers: Answer[]
  let statuses: number[]
  let send: sinon.SinonStub

  before(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString())
        answers.push({ body, headers: request.headers, method: request.method })
        response.writeHead(statuses.shift() ?? 200).end()
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => {
    answers = []
    statuses = []
    send = sinon.stub(dynamodb, 'send').resolves({} as never)
  })
  afterEach(() => {
    sinon.restore()
    process.env.ACCOUNTS_TABLE = 'Accounts'
  })

  const request = (RequestType: 'Create' | 'Update' | 'Delete', more = {}) => ({
    RequestType,
    ResponseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?signature=x`,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'FirstAccount',
    ...more,
  })

  it('is put on Create: the role that may do everything and the user who holds it, each only if missing', async () => {
    await handler(request('Create'))
    const puts = send.args.map(([command]) => command.input)
    expect(puts.map(({ Item }) => [Item.id, Item.kind])).to.deep.equal([
      ['role/IT Operator', 'role'],
      ['user/admin', 'user'],
    ])
    expect(puts[0].Item.permissions).to.include.members(['checkpoint:all', 'merge:all', 'user:all', 'role:all'])
    expect(puts[1].Item.roles).to.deep.equal(['IT Operator'])
    expect(puts.every((put) => put.ConditionExpression === 'attribute_not_exists(id)')).to.equal(true)
    expect(answers.map(({ body }) => body)).to.deep.equal([
      {
        Status: 'SUCCESS',
        StackId: 'stack',
        RequestId: 'request',
        LogicalResourceId: 'FirstAccount',
        PhysicalResourceId: 'first-account-FirstAccount',
      },
    ])
  })

  it('answers with a PUT without a content type, as the presigned URL was signed', async () => {
    await handler(request('Create'))
    expect(answers[0]!.method).to.equal('PUT')
    expect(answers[0]!.headers).not.to.have.property('content-type')
  })

  it('leaves what is there on Update and keeps the physical id', async () => {
    send.rejects(Object.assign(new Error('there'), { name: 'ConditionalCheckFailedException' }))
    await handler(request('Update', { PhysicalResourceId: 'as-it-was' }))
    expect(answers[0]!.body).to.include({ Status: 'SUCCESS', PhysicalResourceId: 'as-it-was' })
    expect(send.callCount).to.equal(2)
  })

  it('touches nothing on Delete', async () => {
    await handler(request('Delete'))
    expect([answers[0]!.body.Status, send.callCount]).to.deep.equal(['SUCCESS', 0])
  })

  it('answers FAILED with the reason when the table refuses', async () => {
    sinon.stub(console, 'log')
    send.rejects(new Error(`no table ${'x'.repeat(5000)}`))
    await handler(request('Create'))
    sinon.restore()
    expect(answers[0]!.body.Status).to.equal('FAILED')
    expect(answers[0]!.body.Reason).to.contain('The first account could not be made: no table').and.have.lengthOf(1000)
  })

  it('answers FAILED when the function itself is deployed wrong', async () => {
    delete process.env.ACCOUNTS_TABLE
    await handler(request('Create'))
    expect(answers[0]!.body.Reason).to.contain('ACCOUNTS_TABLE is not set')
  })

  it('tries the answer again when it does not get through, and gives up after three', async () => {
    statuses = [500, 503]
    await handler(request('Create'))
    expect(answers).to.have.lengthOf(3)
    statuses = [500, 500, 500]
    const failure = await handler(request('Create')).catch((error: Error) => error.message)
    expect(failure).to.contain('answered 500')
  })
})
