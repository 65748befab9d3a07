import { expect } from 'chai'
import { GatewayError } from '../../../../../local/services/apigateway/gateway-error.ts'
import { renderGatewayResponse } from '../../../../../local/services/apigateway/gateway-response.ts'
import type { GatewayResponseSetting } from '../../../../../local/services/apigateway/model/api-model.ts'
import { exchangeWith } from './sample-exchange.ts'

function render(error: GatewayError, settings: Record<string, Partial<GatewayResponseSetting>>) {
  const { context, request } = exchangeWith({ headers: [['Origin', 'http://x']], query: [['q', '1']] })
  context.authorizer = { message: 'User "bob" may not' }
  const full = Object.entries(settings).map(
    ([type, setting]) => [type, { parameters: {}, templates: {}, ...setting }] as const,
  )
  const sources = { context, stageVariables: { colour: 'red' }, request, pathParameters: { id: '7' } }
  const reply = renderGatewayResponse(error, new Map(full), sources)
  return { ...reply, headers: Object.fromEntries(reply.headers) }
}

const template = (text: string): Partial<GatewayResponseSetting> => ({ templates: { 'application/json': text } })

describe('gateway responses', () => {
  it("are AWS's own where the template has none", () => {
    const reply = render(new GatewayError('INVALID_API_KEY'), {})
    expect([reply.status, reply.body]).to.deep.equal([403, '{"message":"Forbidden"}'])
    expect(reply.headers).to.deep.equal({
      'Content-Type': 'application/json',
      'x-amzn-ErrorType': 'ForbiddenException',
    })
  })

  it('write the message of a denial with a capital letter, as AWS does', () => {
    expect(render(new GatewayError('ACCESS_DENIED'), {}).body).to.equal(
      '{"Message":"User is not authorized to access this resource"}',
    )
  })

  it('fall back to DEFAULT_4XX and DEFAULT_5XX by status', () => {
    const settings = { DEFAULT_4XX: { ...template('four'), status: 418 }, DEFAULT_5XX: template('five') }
    expect(render(new GatewayError('THROTTLED'), settings)).to.include({ status: 418, body: 'four' })
    expect(render(new GatewayError('DEFAULT_5XX', { status: 502 }), settings)).to.include({ status: 502, body: 'five' })
  })

  it('prefer the setting of their own type', () => {
    const settings = { DEFAULT_4XX: template('any'), THROTTLED: template('own') }
    expect(render(new GatewayError('THROTTLED'), settings).body).to.equal('own')
  })

  it('substitute variables, escaped for JSON, and nothing else', () => {
    const error = new GatewayError('BAD_REQUEST_BODY', { validationErrorString: '[a "b"]' })
    const text =
      '{"m":$context.error.messageString,"v":"$context.error.validationErrorString","t":"$context.error.responseType","w":"$context.authorizer.message","n":"$context.authorizer.none","s":"${stageVariables.colour}","r":"$context.requestId","i":"$context.identity.sourceIp","e":$context.requestTimeEpoch,"x":"#if(true)y#end $input.body"}'
    expect(JSON.parse(render(error, { BAD_REQUEST_BODY: template(text) }).body as string)).to.deep.equal({
      m: 'Invalid request body',
      v: '[a "b"]',
      t: 'BAD_REQUEST_BODY',
      w: 'User "bob" may not',
      n: '',
      s: 'red',
      r: '01234567-89ab-cdef-0123-456789abcdef',
      i: '127.0.0.1',
      e: 1760104536000,
      x: '#if(true)y#end $input.body',
    })
  })

  it('map headers from literals and from the request', () => {
    const parameters = {
      'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
      'gatewayresponse.header.X-Origin': 'method.request.header.origin',
      'gatewayresponse.header.X-Q': 'method.request.querystring.q',
      'gatewayresponse.header.X-Id': 'method.request.path.id',
      'gatewayresponse.header.X-None': 'method.request.header.none',
      'gatewayresponse.header.X-Request': 'context.requestId',
    }
    expect(render(new GatewayError('UNAUTHORIZED'), { UNAUTHORIZED: { parameters } }).headers)
      .to.include({
        'Access-Control-Allow-Origin': '*',
        'X-Origin': 'http://x',
        'X-Q': '1',
        'X-Id': '7',
        'X-Request': '01234567-89ab-cdef-0123-456789abcdef',
      })
      .and.not.to.have.property('X-None')
  })
})
