import { expect } from 'chai'
import sinon from 'sinon'
import { CheckpointNotFoundError, NameTakenError, TransientError } from '../../../../../functions/shared/errors.ts'
import type { ApiRequest } from '../../../../../functions/shared/http/api-request.ts'
import { callerOf, toAuthorizerContext } from '../../../../../functions/shared/http/caller.ts'
import { decodeCursor, encodeCursor } from '../../../../../functions/shared/http/cursor.ts'
import { readJsonBody } from '../../../../../functions/shared/http/json-body.ts'
import { queryInteger, queryText, queryTexts } from '../../../../../functions/shared/http/query.ts'
import { reply } from '../../../../../functions/shared/http/reply.ts'
import { serveRoutes } from '../../../../../functions/shared/http/serve-routes.ts'

const request = (more: Partial<ApiRequest> = {}): ApiRequest => ({
  httpMethod: 'GET',
  resource: '/x',
  path: '/x',
  requestContext: { requestId: 'r-1' },
  ...more,
})

describe('An answer', () => {
  afterEach(() => {
    delete process.env.API_VERSION
  })

  it('has the contract’s envelope and headers', () => {
    const { statusCode, headers, body } = reply(201, { data: { id: 1 } })
    expect(statusCode).to.equal(201)
    expect(body).to.equal('{"statusCode":201,"data":{"id":1},"message":"Created"}')
    expect(headers).to.deep.equal({
      'Content-Type': 'application/json',
      'x-api-version': '1.5.0',
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Headers': '*',
      'Access-Control-Allow-Methods': '*',
      'Access-Control-Allow-Credentials': 'true',
    })
  })

  it('leaves data out where there is none, and names the version the operator wants', () => {
    process.env.API_VERSION = '1.6.0'
    const { headers, body } = reply(204)
    expect([headers['x-api-version'], body]).to.deep.equal(['1.6.0', '{"statusCode":204,"message":"No Content"}'])
  })
})

describe('A route table', () => {
  afterEach(() => sinon.restore())

  const answerOf = async (error: unknown) => {
    sinon.stub(console, 'log')
    const { statusCode, body } = await serveRoutes({ 'GET /x': () => Promise.reject(error) })(request())
    sinon.restore()
    return [statusCode, JSON.parse(body).message]
  }

  it('tells the caller what the caller can do something about', async () => {
    expect(await answerOf(new NameTakenError('a is taken'))).to.deep.equal([409, 'a is taken'])
    expect(await answerOf(new CheckpointNotFoundError('no a'))).to.deep.equal([404, 'no a'])
  })

  it('keeps everything else to itself', async () => {
    const [status, message] = await answerOf(new Error('table secret-name is gone'))
    expect(status).to.equal(500)
    expect(message).to.contain('r-1').and.not.to.contain('secret-name')
    expect((await answerOf(new TransientError('busy')))[0]).to.equal(503)
    expect((await answerOf(Object.assign(new Error('x'), { name: 'SlowDown' })))[0]).to.equal(503)
    expect((await answerOf(undefined))[0]).to.equal(500)
  })

  it('answers 404 for a route it does not have', async () => {
    expect((await serveRoutes({})(request())).statusCode).to.equal(404)
  })
})

describe('A body', () => {
  it('is read whatever its content type, also in base64', () => {
    expect(readJsonBody(request({ body: '{"a":1}' }))).to.deep.equal({ a: 1 })
    const body = Buffer.from('{"a":"é"}').toString('base64')
    expect(readJsonBody(request({ body, isBase64Encoded: true }))).to.deep.equal({ a: 'é' })
  })

  it('is refused in words when it is not a JSON object', () => {
    const cases: [string | null, string][] = [
      [null, 'The body is empty'],
      [' ', 'The body is empty'],
      ['{a}', 'The body is not JSON'],
      ['[1]', 'The body is not a JSON object'],
      ['null', 'The body is not a JSON object'],
    ]
    for (const [body, message] of cases) {
      expect(() => readJsonBody(request({ body }))).to.throw(message)
    }
  })
})

describe('A query parameter', () => {
  it('is the last of its values, or all of them, without empty ones', () => {
    const query = request({ multiValueQueryStringParameters: { a: ['1', '', '2'] }, queryStringParameters: { b: 'x' } })
    expect([queryText(query, 'a'), queryTexts(query, 'a'), queryTexts(query, 'b')]).to.deep.equal([
      '2',
      ['1', '2'],
      ['x'],
    ])
    expect(queryText(query, 'c')).to.equal(undefined)
  })

  it('is a whole number in its bounds or refused by name', () => {
    const read = (value: string) =>
      queryInteger(request({ queryStringParameters: { limit: value } }), 'limit', { min: 1, max: 100 })
    expect([read('1'), read('100'), read('')]).to.deep.equal([1, 100, undefined])
    for (const bad of ['0', '101', 'x', '1.5', '-1', '1e2', '٣']) {
      expect(() => read(bad), bad).to.throw(`Query limit is "${bad}": give a whole number from 1 to 100`)
    }
  })
})

describe('A cursor', () => {
  const shape = { attributes: ['id', 'list'], fixed: { list: 'merges' } }

  it('comes back as the key it was made of', () => {
    const key = { id: 'a/ü?', list: 'merges' }
    const cursor = encodeCursor(key)!
    expect(cursor).to.match(/^[\w-]+$/)
    expect(decodeCursor(cursor, 'Query x', shape)).to.deep.equal(key)
    expect(encodeCursor(undefined)).to.equal(null)
  })

  it('is refused when it was not made here', () => {
    const made = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url')
    const strangers = [
      'x',
      '',
      made([]),
      made(null),
      made({ id: 'a' }),
      made({ id: 'a', list: 'merges', more: 'x' }),
      made({ id: 7, list: 'merges' }),
      made({ id: 'a', list: 'checkpoints' }),
      made({ id: '', list: 'merges' }),
    ]
    for (const text of strangers) {
      expect(() => decodeCursor(text, 'Query x', shape), text).to.throw('Query x is not a cursor of this list')
    }
  })
})

describe('The caller', () => {
  const account = { username: 'bob', roles: ['a'], permissions: ['b:all'] }

  it('travels through the authorizer’s context, which holds strings only', () => {
    const authorizer = toAuthorizerContext(account)
    expect(Object.values(authorizer).every((value) => typeof value === 'string')).to.equal(true)
    expect(callerOf(request({ requestContext: { authorizer } }))).to.deep.equal(account)
  })

  it('is nobody when the key came alone', () => {
    expect(callerOf(request({ requestContext: { authorizer: { username: '' } } }))).to.equal(undefined)
    expect(callerOf(request())).to.equal(undefined)
  })
})
