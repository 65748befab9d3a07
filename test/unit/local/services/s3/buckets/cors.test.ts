import { expect } from 'chai'
import { corsHeaders, findCorsRule } from '../../../../../../local/services/s3/buckets/cors.ts'

const RULES = [
  { AllowedOrigins: ['https://*.example.com'], AllowedMethods: ['PUT'], AllowedHeaders: ['x-amz-*', 'content-type'] },
  { AllowedOrigins: ['*'], AllowedMethods: ['GET', 'HEAD'], ExposedHeaders: ['ETag'], MaxAge: 60 },
]
const ask = (origin: string, method: string, headers: string[] = []) => findCorsRule(RULES, { origin, method, headers })

describe('CORS rules', () => {
  it('match an origin by its wildcard', () => {
    expect(ask('https://app.example.com', 'PUT')).to.equal(RULES[0])
    expect(ask('https://app.example.com.evil.org', 'PUT')).to.equal(undefined)
    expect(ask('http://app.example.com', 'PUT')).to.equal(undefined)
  })

  it('take a dot for a dot', () => {
    expect(ask('https://app.exampleXcom', 'PUT')).to.equal(undefined)
  })

  it('must allow every header that is asked for', () => {
    expect(ask('https://a.example.com', 'PUT', ['x-amz-meta-a', 'content-type'])).to.equal(RULES[0])
    expect(ask('https://a.example.com', 'PUT', ['x-amz-meta-a', 'authorization'])).to.equal(undefined)
  })

  it('are tried in order, for the method too', () => {
    expect(ask('https://a.example.com', 'GET')).to.equal(RULES[1])
  })

  it('name the origin unless all are allowed', () => {
    const question = { origin: 'https://a.example.com', method: 'PUT', headers: ['content-type'] }
    expect(corsHeaders(RULES[0]!, question)).to.include({
      'access-control-allow-origin': 'https://a.example.com',
      'access-control-allow-headers': 'content-type',
    })
    expect(corsHeaders(RULES[1]!, { ...question, headers: [] })).to.include({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'ETag',
      'access-control-max-age': '60',
    })
  })
})
