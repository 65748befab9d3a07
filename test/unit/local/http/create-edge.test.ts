import { request as httpRequest } from 'node:http'
import { expect } from 'chai'
import { systemClock } from '../../../../local/clock.ts'
import { createEdge, type Edge } from '../../../../local/http/create-edge.ts'
import type { AwsService, ServiceRequest } from '../../../../local/http/service.ts'
import { createIam } from '../../../../local/services/iam/create-iam.ts'
import { presignRequest, signRequest } from '../../../support/sign-request.ts'

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

interface Call {
  method?: string
  target?: string
  headers?: Record<string, string>
  body?: string | Buffer
}

const iam = createIam({ accountId: '000000000000', roles: [], secret: 's' })
const seen: ServiceRequest[] = []
const recorder: AwsService = {
  async handle(request) {
    seen.push(request)
    if (request.incoming.url === '/fails') throw new Error('boom')
    request.outgoing.end('served')
  },
}
const services = { s3: recorder, states: recorder, sns: recorder, lambda: recorder }
const pages = [
  {
    path: '/_darkroom/mailbox',
    title: 'Mailbox',
    handle: (_: unknown, outgoing: { end(text: string): void }) => outgoing.end('mail'),
  },
]

let edge: Edge
let port: number
let host: string

function call({ method = 'GET', target = '/', headers = {}, body }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { port, host: '127.0.0.1', method, path: target, headers: { host, ...headers } },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode!, headers: incoming.headers, body: Buffer.concat(chunks).toString() }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

type Family = { service: string; method: string; target: string; headers: Record<string, string>; body?: string }
const families: Record<string, Family> = {
  'json-1.0': {
    service: 'states',
    method: 'POST',
    target: '/',
    headers: { 'x-amz-target': 'AWSStepFunctions.X', 'content-type': 'application/x-amz-json-1.0' },
    body: '{}',
  },
  query: {
    service: 'sns',
    method: 'POST',
    target: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=ListTopics',
  },
  s3: { service: 's3', method: 'GET', target: '/bucket/key', headers: {} },
  'rest-json': { service: 'lambda', method: 'GET', target: '/2015-03-31/functions', headers: {} },
}

async function callSigned(
  family: Family,
  signing: { accessKeyId?: string; secretAccessKey?: string; sessionToken?: string; at?: Date } = {},
) {
  const headers = await signRequest({ ...family, host }, { service: family.service, ...signing })
  return call({ ...family, headers })
}

function errorCode(name: string, { body, headers }: Answer): unknown {
  if (name === 'rest-json') return headers['x-amzn-errortype']
  return name === 'json-1.0' ? JSON.parse(body).__type : /<Code>(.*)<\/Code>/.exec(body)?.[1]
}

describe('createEdge', () => {
  before(async () => {
    edge = createEdge({ iam, services, pages, clock: systemClock, region: 'us-east-1', accountId: '000000000000' })
    port = await edge.listen(0)
    host = `127.0.0.1:${port}`
  })
  beforeEach(() => {
    seen.length = 0
  })
  after(() => edge.close())

  for (const [name, family] of Object.entries(families)) {
    it(`hands a signed ${name} request to its service with principal, region and body`, async () => {
      expect(await callSigned(family)).to.include({ status: 200, body: 'served' })
      expect(seen[0]).to.include({ region: 'us-east-1' })
      expect(seen[0]!.principal.arn).to.equal('arn:aws:iam::000000000000:root')
      expect(seen[0]!.body?.toString()).to.equal(name === 's3' ? undefined : (family.body ?? ''))
    })
  }

  const refusals: Array<{
    what: string
    signing: Parameters<typeof callSigned>[1]
    codes: Record<string, [string, number]>
  }> = [
    {
      what: 'an unknown access key',
      signing: { accessKeyId: 'AKIAUNKNOWN' },
      codes: {
        'json-1.0': ['UnrecognizedClientException', 400],
        query: ['InvalidClientTokenId', 403],
        s3: ['InvalidAccessKeyId', 403],
        'rest-json': ['UnrecognizedClientException', 403],
      },
    },
    {
      what: 'a wrong secret',
      signing: { secretAccessKey: 'wrong' },
      codes: {
        'json-1.0': ['InvalidSignatureException', 400],
        query: ['SignatureDoesNotMatch', 403],
        s3: ['SignatureDoesNotMatch', 403],
        'rest-json': ['InvalidSignatureException', 403],
      },
    },
    {
      what: 'a clock an hour late',
      signing: { at: new Date(Date.now() - 3_600_000) },
      codes: {
        'json-1.0': ['InvalidSignatureException', 400],
        query: ['SignatureDoesNotMatch', 403],
        s3: ['RequestTimeTooSkewed', 403],
        'rest-json': ['InvalidSignatureException', 403],
      },
    },
    {
      what: 'role credentials without their session token',
      signing: (({ accessKeyId, secretAccessKey }) => ({ accessKeyId, secretAccessKey }))(
        iam.credentialsFor('arn:aws:iam::000000000000:role/r'),
      ),
      codes: {
        'json-1.0': ['UnrecognizedClientException', 400],
        query: ['InvalidClientTokenId', 403],
        s3: ['InvalidToken', 400],
        'rest-json': ['UnrecognizedClientException', 403],
      },
    },
  ]
  for (const { what, signing, codes } of refusals) {
    for (const [name, [code, status]] of Object.entries(codes)) {
      it(`refuses ${what} of a ${name} request as ${code}`, async () => {
        const answer = await callSigned(families[name]!, signing)
        expect([errorCode(name, answer), answer.status]).to.deep.equal([code, status])
        expect(seen).to.deep.equal([])
      })
    }
  }

  it('tells an unknown client which credentials to use', async () => {
    expect((await callSigned(families.query!, { accessKeyId: 'AKIAUNKNOWN' })).body).to.include(
      'AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test',
    )
  })

  it('lets role credentials in with their token and finds their principal', async () => {
    expect((await callSigned(families.query!, iam.credentialsFor('arn:aws:iam::000000000000:role/r'))).status).to.equal(
      200,
    )
    expect(seen[0]!.principal.arn).to.equal('arn:aws:sts::000000000000:assumed-role/r/darkroom')
  })

  it('refuses a body that was changed after signing', async () => {
    const family = families['json-1.0']!
    const headers = await signRequest({ ...family, host }, { service: 'states' })
    const answer = await call({ ...family, headers: { ...headers, 'content-length': '3' }, body: '{ }' })
    expect(JSON.parse(answer.body).__type).to.equal('InvalidSignatureException')
  })

  it('accepts a presigned URL and refuses it once it has expired', async () => {
    const unsigned = { target: '/bucket/a%20key', host, headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }
    expect((await call({ target: await presignRequest(unsigned, { service: 's3' }) })).status).to.equal(200)
    const old = await presignRequest(unsigned, { service: 's3', at: new Date(Date.now() - 60_000), expiresIn: 30 })
    const answer = await call({ target: old })
    expect(answer.status).to.equal(403)
    expect(answer.body).to.include('<Code>AccessDenied</Code><Message>Request has expired</Message>')
  })

  for (const declared of [
    'UNSIGNED-PAYLOAD',
    'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  ]) {
    it(`takes S3's ${declared} from the header without reading the body`, async () => {
      const unsigned = { method: 'PUT', target: '/b/k', host, headers: { 'x-amz-content-sha256': declared } }
      const headers = await signRequest(unsigned, { service: 's3' })
      expect((await call({ ...unsigned, headers, body: 'whatever' })).status).to.equal(200)
    })
  }

  it('refuses unsigned requests', async () => {
    const jsonAnswer = await call(families['json-1.0']!)
    expect([jsonAnswer.status, JSON.parse(jsonAnswer.body).__type]).to.deep.equal([
      400,
      'MissingAuthenticationTokenException',
    ])
    const s3Answer = await call(families.s3!)
    expect([s3Answer.status, errorCode('s3', s3Answer)]).to.deep.equal([403, 'AccessDenied'])
    expect(seen).to.deep.equal([])
  })

  it('hands unsigned preflights to S3 as nobody', async () => {
    expect(
      (await call({ method: 'OPTIONS', target: '/bucket/key', headers: { origin: 'http://localhost:3000' } })).status,
    ).to.equal(200)
    expect(() => seen[0]!.authorize('s3:GetObject', '*')).to.throw(/anonymous is not authorized/)
  })

  it('names what it serves when the service is unknown', async () => {
    const answer = await callSigned({
      service: 'ec2',
      method: 'POST',
      target: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=DescribeInstances',
    })
    expect([answer.status, errorCode('query', answer)]).to.deep.equal([400, 'InvalidAction'])
    expect(answer.body).to.include('It serves: lambda, s3, sns, states.')
  })

  it('shows what it serves at / and lets pages be read without a signature', async () => {
    expect(JSON.parse((await call({})).body)).to.deep.include({
      services: ['lambda', 's3', 'sns', 'states'],
      region: 'us-east-1',
    })
    const html = await call({ headers: { accept: 'text/html' } })
    expect(html.headers['content-security-policy']).to.match(/default-src 'none'/)
    expect(html.body).to.include('href="/_darkroom/mailbox"')
    for (const target of ['/_darkroom/mailbox', '/_darkroom/mailbox/1', '/_darkroom/mailbox.json']) {
      expect((await call({ target })).body, target).to.equal('mail')
    }
    expect((await call({ target: '/_darkroom/mailboxes' })).status).to.equal(403)
    expect((await call({ target: '/_darkroom/mailbox', method: 'POST' })).status).to.equal(403)
  })

  for (const name of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    's3.evil.example',
  ]) {
    it(`refuses the host name ${name}, even signed`, async () => {
      const headers = await signRequest({ target: '/b/k', host: name }, { service: 's3' })
      expect((await call({ target: '/b/k', headers })).status).to.equal(403)
      expect((await call({ headers: { host: name } })).status).to.equal(403)
      expect(seen).to.deep.equal([])
    })
  }

  for (const name of [
    'localhost',
    'LOCALHOST:80',
    '127.0.0.1',
    '[::1]:4566',
    'bucket.localhost:1',
    'sync-localhost',
    'bucket.s3.us-east-1.amazonaws.com',
  ]) {
    it(`answers to the host name ${name}`, async () => {
      expect((await call({ headers: { host: name } })).status).to.equal(200)
    })
  }

  it('answers 413 above 16 MiB, whether the length is declared or not, and serves exactly 16 MiB', async () => {
    const family = families['json-1.0']!
    const limit = 16 * 1024 * 1024
    const declared = await callSigned({ ...family, body: 'x'.repeat(limit + 1) })
    expect(declared.status).to.equal(413)
    const chunked = await signRequest({ ...family, host, body: 'x' }, { service: 'states' })
    expect(
      (
        await call({
          ...family,
          headers: { ...chunked, 'transfer-encoding': 'chunked' },
          body: Buffer.alloc(limit + 1),
        })
      ).status,
    ).to.equal(413)
    expect((await callSigned({ ...family, body: 'x'.repeat(limit) })).status).to.equal(200)
  })

  it('answers an internal failure when a service rejects, and goes on', async () => {
    const answer = await callSigned({ ...families.s3!, target: '/fails' })
    expect([answer.status, errorCode('s3', answer)]).to.deep.equal([500, 'InternalFailure'])
    expect((await callSigned(families.s3!)).status).to.equal(200)
  })

  it('rejects listening on a port in use', async () => {
    const other = createEdge({ iam, services, clock: systemClock, region: 'us-east-1', accountId: '000000000000' })
    let failure: unknown
    await other.listen(port).catch((thrown) => {
      failure = thrown
    })
    expect(failure).to.have.property('code', 'EADDRINUSE')
  })
})
