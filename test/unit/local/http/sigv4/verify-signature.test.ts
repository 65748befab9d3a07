import { expect } from 'chai'
import { readSignatureClaim, type SignatureClaim } from '../../../../../local/http/sigv4/signature-claim.ts'
import { createSigningKeys } from '../../../../../local/http/sigv4/signing-key.ts'
import { checkSignedAt, hashPayload, verifySignature } from '../../../../../local/http/sigv4/verify-signature.ts'
import { presignRequest, signRequest } from '../../../../support/sign-request.ts'

interface Received {
  method?: string
  target: string
  headers: Record<string, string>
  payloadHash: string
  secret?: string
}

const signingKeyOf = createSigningKeys()

function verify({ method = 'GET', target, headers, payloadHash, secret = 'test' }: Received): void {
  const query = new URL(`http://localhost${target}`).searchParams
  const claim = readSignatureClaim(headers, query) as SignatureClaim
  verifySignature({
    claim,
    signingKey: signingKeyOf({ ...claim, secretAccessKey: secret }),
    parts: {
      method,
      target,
      rawHeaders: Object.entries(headers).flat(),
      payloadHash,
      encodePathOnce: claim.service === 's3',
    },
  })
}

const emptyHash = hashPayload(Buffer.alloc(0))

describe('verifySignature', () => {
  it('accepts the vanilla example of the published SigV4 test suite', () => {
    const credential = 'AKIDEXAMPLE/20150830/us-east-1/service/aws4_request'
    const signature = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'
    verify({
      target: '/',
      secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      payloadHash: emptyHash,
      headers: {
        host: 'example.amazonaws.com',
        'x-amz-date': '20150830T123600Z',
        authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
      },
    })
  })

  it("accepts the presigned URL of S3's documentation", () => {
    const query = [
      'X-Amz-Algorithm=AWS4-HMAC-SHA256',
      'X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request',
      'X-Amz-Date=20130524T000000Z',
      'X-Amz-Expires=86400',
      'X-Amz-SignedHeaders=host',
      'X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    ]
    verify({
      target: `/test.txt?${query.join('&')}`,
      secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      payloadHash: 'UNSIGNED-PAYLOAD',
      headers: { host: 'examplebucket.s3.amazonaws.com' },
    })
  })

  const cases: Array<{
    name: string
    service: string
    method?: string
    target: string
    body?: string
    extra?: Record<string, string>
  }> = [
    {
      name: 'a JSON call',
      service: 'states',
      method: 'POST',
      target: '/',
      body: '{"a":1}',
      extra: { 'x-amz-target': 'A.B' },
    },
    { name: 'a repeated query parameter', service: 'sns', target: '/?b=2&a=2&a=1' },
    { name: 'a query parameter without a value', service: 's3', target: '/bucket?uploads=' },
    { name: 'spaces, plus signs and colons in a query', service: 's3', target: '/bucket?prefix=a%20b%2Bc%3Ad%2Fe' },
    {
      name: 'a path that is encoded twice',
      service: 'lambda',
      target: '/2015-03-31/functions/arn%3Aaws%3Alambda/invocations',
    },
    { name: 'a path with dots and doubled slashes', service: 'lambda', target: '/a/./b/../c//d/' },
    {
      name: 'an object key with blanks and signs',
      service: 's3',
      target: '/bucket/my%20key%2B%28v1%29%27%21%2A/%C3%A9.txt',
    },
    { name: 'an object key with dots, which S3 keeps', service: 's3', target: '/bucket/a/../b//c' },
    {
      name: 'headers with inner blanks',
      service: 's3',
      target: '/b/k',
      extra: { 'x-amz-meta-note': '  two   words ' },
    },
  ]
  for (const { name, service, method = 'GET', target, body = '', extra = {} } of cases) {
    it(`accepts ${name} signed by AWS's signer`, async () => {
      const host = '127.0.0.1:4566'
      const headers = await signRequest({ method, target, host, headers: extra, body }, { service })
      verify({ method, target, headers, payloadHash: hashPayload(Buffer.from(body)) })
    })

    it(`refuses ${name} once a byte of it has changed`, async () => {
      const host = '127.0.0.1:4566'
      const headers = await signRequest({ method, target, host, headers: extra, body }, { service })
      const payloadHash = hashPayload(Buffer.from(body))
      const changes: Array<Partial<Received>> = [
        { method: 'PUT' },
        { target: `${target}${target.includes('?') ? '&' : '?'}x=1` },
        { payloadHash: hashPayload(Buffer.from(`${body} `)) },
        { headers: { ...headers, host: 'localhost:4566' } },
        { secret: 'tess' },
      ]
      for (const change of changes) {
        expect(() => verify({ method, target, headers, payloadHash, ...change }), JSON.stringify(change)).to.throw(
          /does not match the signature/,
        )
      }
    })
  }

  it("accepts a URL presigned by AWS's signer and refuses it for another key", async () => {
    const host = '127.0.0.1:4566'
    const target = await presignRequest(
      { target: '/bucket/key', host, headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
      { service: 's3' },
    )
    const received = { target, headers: { host }, payloadHash: 'UNSIGNED-PAYLOAD' }
    verify(received)
    expect(() => verify({ ...received, target: target.replace('/key', '/other') })).to.throw(/does not match/)
  })

  it('refuses a signature of the right length that is not ASCII', async () => {
    const headers = await signRequest({ target: '/', host: 'localhost' }, { service: 'sts' })
    headers.authorization = headers.authorization!.replace(/Signature=.*/, `Signature=${'é'.repeat(64)}`)
    expect(() => verify({ target: '/', headers, payloadHash: emptyHash })).to.throw(/does not match/)
  })
})

describe('checkSignedAt', () => {
  const claim: SignatureClaim = {
    form: 'header',
    accessKeyId: 'test',
    date: '20250131',
    region: 'us-east-1',
    service: 's3',
    signedHeaders: ['host'],
    signature: '',
    signedAt: '20250131T120000Z',
  }
  const at = (time: string): number => Date.parse(`2025-01-31T${time}Z`)

  const cases: Array<{ name: string; claim: Partial<SignatureClaim>; now: number; problem?: string }> = [
    { name: 'accepts a header signature 15 minutes old', claim: {}, now: at('12:15:00') },
    { name: 'refuses a header signature older than 15 minutes', claim: {}, now: at('12:15:01'), problem: 'skewed' },
    { name: 'accepts a clock 15 minutes ahead', claim: {}, now: at('11:45:00') },
    { name: 'refuses a clock further ahead', claim: {}, now: at('11:44:59'), problem: 'skewed' },
    { name: 'accepts a presigned URL until it expires', claim: { expiresIn: 3600 }, now: at('13:00:00') },
    {
      name: 'refuses a presigned URL after it expired',
      claim: { expiresIn: 3600 },
      now: at('13:00:01'),
      problem: 'expired-url',
    },
    {
      name: 'refuses a presigned URL from the future',
      claim: { expiresIn: 3600 },
      now: at('11:30:00'),
      problem: 'skewed',
    },
    { name: 'refuses a scope of another day', claim: { date: '20250130' }, now: at('12:00:00'), problem: 'incomplete' },
  ]
  for (const { name, claim: change, now, problem } of cases) {
    it(name, () => {
      const check = () => checkSignedAt({ ...claim, ...change }, now)
      if (problem === undefined) check()
      else expect(check).to.throw().with.property('problem', problem)
    })
  }
})

describe('readSignatureClaim', () => {
  const good =
    'AWS4-HMAC-SHA256 Credential=a/b/20250131/eu-west-1/s3/aws4_request,SignedHeaders=Host;x-amz-date,Signature=00'
  const headers = { authorization: good, 'x-amz-date': '20250131T120000Z', 'x-amz-security-token': 'token' }

  it('reads scope, headers and token, and allows slashes in an access key', () => {
    expect(readSignatureClaim(headers, new URLSearchParams())).to.deep.equal({
      form: 'header',
      accessKeyId: 'a/b',
      date: '20250131',
      region: 'eu-west-1',
      service: 's3',
      signedHeaders: ['host', 'x-amz-date'],
      signature: '00',
      signedAt: '20250131T120000Z',
      sessionToken: 'token',
    })
  })

  it('finds nothing in an unsigned request', () => {
    expect(readSignatureClaim({}, new URLSearchParams('a=1'))).to.equal(undefined)
  })

  const broken: Record<string, Record<string, string>> = {
    'another scheme': { authorization: 'Basic dGVzdDp0ZXN0' },
    'signature version 2': { authorization: 'AWS test:abc=' },
    'no signature': { authorization: good.replace(',Signature=00', '') },
    'a short scope': { authorization: good.replace('/eu-west-1', '') },
    'another terminator': { authorization: good.replace('aws4_request', 'aws5') },
    'a date of another form': { 'x-amz-date': '2025-01-31' },
  }
  for (const [name, change] of Object.entries(broken)) {
    it(`refuses ${name}`, () => {
      expect(() => readSignatureClaim({ ...headers, ...change }, new URLSearchParams()))
        .to.throw()
        .with.property('problem', 'incomplete')
    })
  }

  it('refuses a presigned URL that lives longer than a week', () => {
    const query = new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'test/20250131/us-east-1/s3/aws4_request',
      'X-Amz-Date': '20250131T120000Z',
      'X-Amz-Expires': '604801',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': '00',
    })
    expect(() => readSignatureClaim({}, query)).to.throw(/a week/)
  })
})
