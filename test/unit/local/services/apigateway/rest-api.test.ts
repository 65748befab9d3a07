import { request as httpRequest } from 'node:http'
import { expect } from 'chai'
import type {
  AwsActionCall,
  AwsActionReply,
  FunctionResult,
} from '../../../../../local/services/apigateway/exchange.ts'
import { createRestApi, type RestApi } from '../../../../../local/services/apigateway/rest-api.ts'
import { functionArn, SAMPLE_RESOURCES } from './sample-api.ts'

const KEY = 'abcdefghij0123456789'
const JSON_HEADERS = { 'content-type': 'application/json', 'x-api-key': KEY, username: 'admin' }
const MERGE = { name: "Tim's mix", primary: 'a/b', multiplier: 0.5 }

interface Reply {
  status: number
  headers: Headers
  text: string
  json: { message?: string; Message?: string; statusCode?: number; data?: { execution: string } }
}

type Handler = (event: Record<string, never>) => unknown

describe('the REST API over HTTP', () => {
  let api: RestApi
  let port: number
  let calls: AwsActionCall[]
  let lines: string[]
  let serviceReply: AwsActionReply | Error
  let functions: Record<string, Handler>
  let timers: { dueAt: number; fire: () => void }[]

  const invokeFunction = async (arn: string, payload: string): Promise<FunctionResult> => {
    const handler = Object.entries(functions).find(([name]) => functionArn(name) === arn)?.[1]
    if (!handler) throw new Error(`no function ${arn}`)
    try {
      return { payload: JSON.stringify((await handler(JSON.parse(payload))) ?? null) }
    } catch (error) {
      return { payload: JSON.stringify({ errorMessage: (error as Error).message }), functionError: 'Unhandled' }
    }
  }

  const send = async (path: string, init: RequestInit = {}): Promise<Reply> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init)
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text.startsWith('{') ? JSON.parse(text) : {},
    }
  }

  const post = (path: string, body: unknown, headers: Record<string, string> = JSON_HEADERS): Promise<Reply> =>
    send(path, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) })

  const answerWith =
    (effect: string, context: object = {}) =>
    (event: { methodArn?: string }) => ({
      principalId: 'admin',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: effect, Action: 'execute-api:Invoke', Resource: event.methodArn }],
      },
      context: { username: 'admin', ...context },
    })

  beforeEach(async () => {
    calls = []
    lines = []
    timers = []
    serviceReply = {
      status: 200,
      headers: {},
      body: '{"executionArn":"arn:aws:states:::execution:merge:1","startDate":1}',
    }
    functions = {
      guard: answerWith('Allow'),
      'get-merge': (event) => ({ statusCode: 200, body: JSON.stringify(event) }),
    }
    api = createRestApi({
      resources: SAMPLE_RESOURCES,
      stage: 'prod',
      clock: {
        now: () => 1_760_000_000_000,
        setTimer: (dueAt, fire) => {
          timers.push({ dueAt, fire })
          return () => undefined
        },
      },
      invokeFunction,
      callAwsAction: async (call) => {
        calls.push(call)
        if (serviceReply instanceof Error) throw serviceReply
        return serviceReply
      },
      apiKeyValues: new Map([['key1', KEY]]),
      accountId: '000000000000',
      region: 'us-east-1',
      log: (line) => lines.push(line),
    })
    port = await api.listen(0)
  })

  afterEach(() => api.close())

  describe('a method that starts an execution', () => {
    it('calls the service as the role of the integration, with the body its template makes', async () => {
      const reply = await post('/prod/merges', MERGE, { ...JSON_HEADERS, 'idempotency-key': 'k-1' })
      expect(reply.status).to.equal(202)
      expect(reply.json.data?.execution).to.equal('arn:aws:states:::execution:merge:1')
      expect(reply.headers.get('location')).to.equal('arn:aws:states:::execution:merge:1')
      expect(calls).to.have.length(1)
      const { service, action, roleArn, contentType } = calls[0]!
      expect([service, action, roleArn]).to.deep.equal([
        'states',
        'StartExecution',
        'arn:aws:iam::000000000000:role/start-merge',
      ])
      expect(contentType).to.equal('application/json')
    })

    it('reads the Idempotency-Key in any case, else takes the request id', async () => {
      await post('/prod/merges', MERGE, { ...JSON_HEADERS, 'idempotency-key': 'k-1' })
      const reply = await post('/prod/merges', MERGE)
      expect(calls[0]?.body).to.contain('"name": "k-1"')
      expect(calls[1]?.body).to.contain(`"name": "${reply.headers.get('x-amzn-requestid')}"`)
    })

    it('answers 409 where the service answers 400 and the integration maps it so', async () => {
      serviceReply = {
        status: 400,
        headers: {},
        body: '{"__type":"com.amazonaws.swf#ExecutionAlreadyExists","message":"exists"}',
      }
      const reply = await post('/prod/merges', MERGE)
      expect([reply.status, reply.json.message]).to.deep.equal([409, 'Conflict'])
    })

    it('lets the response template override the status', async () => {
      serviceReply = { status: 400, headers: {}, body: '{"__type":"InvalidArn","message":"Invalid \\"arn\\""}' }
      const reply = await post('/prod/merges', MERGE)
      expect([reply.status, reply.json.message]).to.deep.equal([502, 'Invalid "arn"'])
    })

    it('answers 504 when the service cannot be reached, and logs why', async () => {
      serviceReply = new Error('connection refused')
      const reply = await post('/prod/merges', MERGE)
      expect([reply.status, reply.json.message]).to.deep.equal([504, 'Network error communicating with endpoint'])
      expect(lines.join()).to.contain('connection refused')
    })

    it('refuses a content type without a template with 415', async () => {
      const reply = await post('/prod/merges', 'name=x', { ...JSON_HEADERS, 'content-type': 'text/csv' })
      expect([reply.status, reply.json.message]).to.deep.equal([415, 'Unsupported Media Type'])
    })
  })

  describe('request validation', () => {
    it('names every field that is wrong through the customised response', async () => {
      const reply = await post('/prod/merges', { name: '', multiplier: 2, method: 'x' })
      expect(reply.status).to.equal(400)
      expect(reply.json).to.deep.equal({
        statusCode: 400,
        message:
          '[object has missing required properties (["primary"]), name: string "" is too short (length: 0, required minimum: 1), method: instance value ("x") not found in enum (possible values: ["weighted-sum","none"]), multiplier: numeric instance is greater than the required maximum (maximum: 1, found: 2)]',
      })
      expect(calls).to.deep.equal([])
    })

    it('answers 400 to a body that is no JSON', async () => {
      const reply = await post('/prod/merges', '{"name":')
      expect(reply.status).to.equal(400)
      expect(reply.json.message).to.match(/^\[the body is not valid JSON: /)
    })

    it('takes parameters off the content type before it looks for the model', async () => {
      const reply = await post(
        '/prod/merges',
        {},
        { ...JSON_HEADERS, 'content-type': 'application/json; charset=utf-8' },
      )
      expect(reply.status).to.equal(400)
    })

    it('refuses bodies above 10 MB', async () => {
      const reply = await post('/prod/merges', 'x'.repeat(10 * 1024 * 1024 + 1))
      expect([reply.status, reply.json.message]).to.deep.equal([413, 'Request Too Long'])
    })
  })

  describe('the authorizer', () => {
    it('passes its context on to the function', async () => {
      functions.guard = answerWith('Allow', { level: 3, admin: true })
      const { text } = await send('/prod/merges/m%201', { headers: JSON_HEADERS })
      const event = JSON.parse(text)
      expect(event.requestContext.authorizer).to.deep.equal({
        principalId: 'admin',
        username: 'admin',
        level: '3',
        admin: 'true',
      })
      expect(event.pathParameters).to.deep.equal({ id: 'm 1' })
    })

    it('is asked about the method as it was called', async () => {
      let asked: Record<string, unknown> = {}
      functions.guard = (event) => {
        asked = event
        return answerWith('Allow')(event)
      }
      await send('/prod/merges/m1', { headers: JSON_HEADERS })
      expect(asked).to.include({
        type: 'REQUEST',
        resource: '/merges/{id}',
        httpMethod: 'GET',
        methodArn: 'arn:aws:execute-api:us-east-1:000000000000:api1/prod/GET/merges/m1',
      })
      expect(asked).to.have.nested.property('requestContext.identity.apiKey', KEY)
    })

    it('turns a Deny into 403 with its message in the customised response', async () => {
      functions.guard = answerWith('Deny', { message: 'User "bob" may not' })
      const reply = await send('/prod/merges/m1', { headers: JSON_HEADERS })
      expect(reply.status).to.equal(403)
      expect(reply.json).to.deep.equal({ statusCode: 403, message: 'User "bob" may not' })
    })

    it("turns a thrown 'Unauthorized' into 401", async () => {
      functions.guard = () => {
        throw new Error('Unauthorized')
      }
      const reply = await send('/prod/merges/m1', { headers: JSON_HEADERS })
      expect([reply.status, reply.json.message]).to.deep.equal([401, 'Unauthorized'])
      expect(reply.headers.get('access-control-allow-origin')).to.equal('*')
    })

    it('answers 500 when it breaks or returns no policy, with the reason in the log only', async () => {
      for (const broken of [() => Promise.reject(new Error('boom')), () => ({ principalId: 'x' })]) {
        functions.guard = broken
        const reply = await send('/prod/merges/m1', { headers: JSON_HEADERS })
        expect([reply.status, reply.text]).to.deep.equal([500, '{"message":null}'])
      }
      expect(lines.join('\n')).to.contain('boom').and.to.contain('the policy has no statement')
    })
  })

  describe('API keys', () => {
    it('refuses a missing and a wrong key with 403 Forbidden', async () => {
      for (const headers of [{}, { 'x-api-key': 'wrong' }]) {
        const reply = await send('/prod/ping', { headers })
        expect([reply.status, reply.text]).to.deep.equal([403, '{"message":"Forbidden"}'])
      }
    })

    it('serves the holder of the key', async () => {
      const reply = await send('/prod/ping', { headers: { 'x-api-key': KEY } })
      expect([reply.status, reply.json.message]).to.deep.equal([200, 'pong'])
    })

    it('answers 429 beyond the burst of the usage plan', async () => {
      const statuses: number[] = []
      for (let count = 0; count < 101; count += 1)
        statuses.push((await send('/prod/ping', { headers: { 'x-api-key': KEY } })).status)
      expect(statuses.slice(0, 100).every((status) => status === 200)).to.equal(true)
      expect(statuses[100]).to.equal(429)
    })
  })

  describe('routes', () => {
    it('answers 403 Missing Authentication Token to an unknown path and an unknown method', async () => {
      for (const [path, init] of [
        ['/prod/nothing', {}],
        ['/prod/ping', { method: 'DELETE' }],
      ] as const) {
        const reply = await send(path, init)
        expect([reply.status, reply.json.message]).to.deep.equal([403, 'Missing Authentication Token'])
        expect(reply.headers.get('x-amzn-errortype')).to.equal('MissingAuthenticationTokenException')
      }
    })

    it('answers 403 Forbidden without the stage', async () => {
      for (const path of ['/', '/ping', '/production/ping']) {
        const reply = await send(path)
        expect([reply.status, reply.text]).to.deep.equal([403, '{"message":"Forbidden"}'])
      }
    })

    it('answers the preflight without a key', async () => {
      const reply = await send('/prod/merges', { method: 'OPTIONS', headers: { origin: 'http://x' } })
      expect([reply.status, reply.text]).to.deep.equal([200, ''])
      expect(reply.headers.get('access-control-allow-origin')).to.equal('*')
      expect(reply.headers.get('access-control-allow-headers')).to.equal('Content-Type,X-Api-Key,username')
    })

    it('refuses a foreign Host header', async () => {
      const status = await new Promise((resolve) => {
        const headers = { host: 'evil.example', 'x-api-key': KEY }
        httpRequest({ port, host: '127.0.0.1', path: '/prod/ping', headers }, (response) =>
          resolve(response.resume().statusCode),
        ).end()
      })
      expect(status).to.equal(403)
    })

    it('lists what it serves', () => {
      expect(api.routes()).to.deep.include({
        method: 'POST',
        path: '/merges',
        integration: 'states:StartExecution',
        apiKeyRequired: true,
        authorizer: true,
      })
    })
  })

  describe('functions', () => {
    it('answer 502 when they fail, return nonsense or are not there', async () => {
      const broken: (Handler | undefined)[] = [
        () => Promise.reject(new Error('boom')),
        () => 'text',
        () => ({ statusCode: 'x' }),
        () => ({ statusCode: 200, body: {} }),
        () => ({ ok: true }),
        () => ({ statusCode: 200, headers: { 'x-a': 'two\nlines' } }),
      ]
      for (const handler of broken) {
        functions['get-merge'] = handler!
        const reply = await send('/prod/merges/m1', { headers: JSON_HEADERS })
        expect([reply.status, reply.text]).to.deep.equal([502, '{"message":"Internal server error"}'])
      }
      delete functions['get-merge']
      expect((await send('/prod/merges/m1', { headers: JSON_HEADERS })).status).to.equal(502)
      expect(lines).to.have.length(broken.length + 1)
    })

    it('answer 504 after 29 seconds', async () => {
      functions['get-merge'] = () => new Promise(() => setImmediate(() => timers.at(-1)?.fire()))
      const reply = await send('/prod/merges/m1', { headers: JSON_HEADERS })
      expect([reply.status, reply.json.message]).to.deep.equal([504, 'Endpoint request timed out'])
      expect(timers.at(-1)?.dueAt).to.equal(1_760_000_029_000)
    })

    it('send several values of a header, and bytes to a client that takes them', async () => {
      functions['get-merge'] = () => ({
        statusCode: 201,
        multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
        headers: { 'content-type': 'image/png' },
        body: Buffer.from([0, 255]).toString('base64'),
        isBase64Encoded: true,
      })
      const response = await fetch(`http://127.0.0.1:${port}/prod/merges/m1`, {
        headers: { ...JSON_HEADERS, accept: 'image/png' },
      })
      expect([...new Uint8Array(await response.arrayBuffer())]).to.deep.equal([0, 255])
      expect(response.headers.getSetCookie()).to.deep.equal(['a=1', 'b=2'])
    })

    it('without proxy get what the template makes, and their error messages choose the response', async () => {
      let got: unknown
      functions.old = (event) => {
        got = event
        throw new Error('NotFound: nothing here')
      }
      const reply = await post('/prod/old', { a: 1 })
      expect(got).to.deep.equal({ who: '127.0.0.1', body: { a: 1 } })
      expect([reply.status, reply.json.message]).to.deep.equal([404, 'NotFound: nothing here'])
    })
  })
})
