import '../../../../support/product-environment.ts'
import { expect } from 'chai'
import { answer, refusalPage } from '../../../../../functions/api/generate/answers.ts'
import { promptInPath, readGenerationRequest } from '../../../../../functions/api/generate/generation-request.ts'
import { type Form, negotiate } from '../../../../../functions/api/generate/negotiate.ts'
import type { Picture } from '../../../../../functions/api/generate/picture.ts'
import { randomPrompt } from '../../../../../functions/api/generate/random-prompt.ts'
import type { ApiRequest } from '../../../../../functions/shared/http/api-request.ts'
import { reply } from '../../../../../functions/shared/http/reply.ts'

const apiUrl = 'https://api.example/dev'
const hostile = `"><script>alert('x')</script>&\n🏰 <img src=x onerror=alert(1)>`

const request = (more: Partial<ApiRequest> = {}): ApiRequest => ({
  httpMethod: 'GET',
  resource: '/generate',
  path: '/generate',
  requestContext: {},
  ...more,
})

const picture = (more: Partial<Picture> = {}): Picture => ({
  id: 'i-1',
  outcome: 'ready',
  prompt: 'a red circle',
  images: ['https://bucket.example/out/i-1/result/image_0.png?X-Amz-Signature=a&b=c'],
  params: 'https://bucket.example/p.json',
  self: `${apiUrl}/inferences/i-1`,
  page: `${apiUrl}/generate?id=i-1`,
  ...more,
})

const waiting = picture({ outcome: 'waiting', images: [] })
const failed = picture({ outcome: 'failed', images: [], reason: { error: 'OutOfMemory', cause: hostile } })

describe('The form of the door’s answer', () => {
  const cases: [string | undefined, Form][] = [
    [undefined, 'json'],
    ['*/*', 'json'],
    ['application/json', 'json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8', 'html'],
    ['image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5', 'image'],
    ['image/*', 'image'],
    ['text/html;q=0.1, image/png', 'image'],
    ['application/pdf', 'json'],
    ['text/html;q=0, application/json', 'json'],
    ['TEXT/HTML', 'html'],
    [';;;,,', 'json'],
  ]
  for (const [accept, form] of cases) {
    it(`is ${form} for ${accept}`, () => {
      expect(negotiate(request({ headers: accept === undefined ? null : { aCCept: accept } }))).to.equal(form)
    })
  }
})

describe('The door’s page', () => {
  const page = (shown: Picture) => answer('html', shown, apiUrl)

  it('shows the picture and has nothing that runs', () => {
    const { statusCode, headers, body } = page(picture())
    expect(statusCode).to.equal(200)
    expect(headers['Content-Type']).to.equal('text/html; charset=utf-8')
    expect(body).to.contain('src="https://bucket.example/out/i-1/result/image_0.png?X-Amz-Signature=a&amp;b=c"')
    expect(body).not.to.match(/<script|javascript:|\son\w+=/i)
    expect(headers['Content-Security-Policy'])
      .to.contain("default-src 'none'")
      .and.to.contain('img-src https://bucket.example;')
  })

  it('allows exactly the style that it has', async () => {
    const { headers, body } = page(picture())
    const style = /<style>([\s\S]*)<\/style>/.exec(body)?.[1] ?? ''
    const { createHash } = await import('node:crypto')
    const hash = createHash('sha256').update(style).digest('base64')
    expect(headers['Content-Security-Policy']).to.contain(`style-src 'sha256-${hash}'`)
  })

  for (const [name, shown] of Object.entries({
    ready: picture({ prompt: hostile }),
    waiting: { ...waiting, prompt: hostile },
    failed,
  })) {
    it(`shows a hostile prompt or reason as text when it is ${name}`, () => {
      const { body, headers } = page(shown)
      expect(body).not.to.contain('<script').and.not.to.contain('<img src=x')
      expect(body).to.contain('&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)')
      for (const value of Object.values(headers)) expect(value).to.match(/^[\x20-\x7e]*$/)
    })
  }

  it('looks again by itself while it waits, and only then', () => {
    expect(page(waiting).statusCode).to.equal(202)
    expect(page(waiting).body).to.contain(
      'http-equiv="refresh" content="5; url=https://api.example/dev/generate?id=i-1"',
    )
    expect(page(picture()).body).not.to.contain('http-equiv="refresh"')
    expect(page(failed).body).not.to.contain('http-equiv="refresh"')
  })

  it('says why there is no picture', () => {
    expect(page(failed).statusCode).to.equal(502)
    const refused = refusalPage(reply(400, { message: `no <b>available</b> endpoints` }), apiUrl)
    expect(refused.statusCode).to.equal(400)
    expect(refused.body).to.contain('no &lt;b&gt;available&lt;/b&gt; endpoints')
  })
})

describe('The door’s other answers', () => {
  it('are JSON with links', () => {
    const { statusCode, body } = answer('json', picture(), apiUrl)
    expect(statusCode).to.equal(200)
    expect(JSON.parse(body).data).to.deep.include({ id: 'i-1', status: 'succeed', images: picture().images })
    const later = JSON.parse(answer('json', waiting, apiUrl).body)
    expect(later).to.include({ statusCode: 202 })
    expect(later.data.links.self).to.equal(`${apiUrl}/inferences/i-1`)
    const never = JSON.parse(answer('json', failed, apiUrl).body)
    expect(never).to.include({ statusCode: 502 })
    expect(never.message).to.contain('OutOfMemory')
  })

  it('lead image clients to the bytes, and say in JSON when there are none yet', () => {
    const ready = answer('image', picture(), apiUrl)
    expect(ready.statusCode).to.equal(303)
    expect(ready.headers.Location).to.equal(picture().images[0])
    expect(answer('image', waiting, apiUrl).statusCode).to.equal(202)
  })

  it('repeat the prompt in a header, encoded, unless it is too long for one', () => {
    expect(answer('json', picture({ prompt: 'a\n🏰' }), apiUrl).headers.prompt).to.equal('a%0A%F0%9F%8F%B0')
    expect(answer('json', picture({ prompt: 'a'.repeat(3000) }), apiUrl).headers).not.to.have.property('prompt')
  })
})

describe('What is asked of the door', () => {
  it('is read from the path, encoded or not', () => {
    const inPath = (prompt: string) => promptInPath(request({ pathParameters: { prompt } }))
    expect(inPath('a%20red%20circle%0A%F0%9F%8F%B0')).to.equal('a red circle\n🏰')
    expect(inPath('100% red')).to.equal('100% red')
  })

  it('takes parameters from the query and refuses words for numbers', () => {
    const query = { seed: '7', steps: '20', negative_prompt: 'fog', model: 'm', endpoint: 'e', other: 'x' }
    expect(readGenerationRequest(request({ queryStringParameters: query }), 'p')).to.deep.equal({
      prompt: 'p',
      parameters: { seed: 7, steps: 20, negative_prompt: 'fog' },
      model: 'm',
      endpointName: 'e',
    })
    const wrong = request({ queryStringParameters: { seed: 'seven' } })
    expect(() => readGenerationRequest(wrong, 'p')).to.throw(/Query seed is "seven"/)
  })

  it('has no half characters, which no header and no table could keep', () => {
    expect(readGenerationRequest(request(), 'a\ud83cb').prompt).to.equal('a\ufffdb')
  })

  it('is a sentence when nothing was said', () => {
    expect(randomPrompt(() => 0)).to.equal('a watercolour of a red circle on blue')
    expect(randomPrompt(() => 0.999)).to.match(/^a pixel-art picture of an old oak beside a quiet lake$/)
  })
})
