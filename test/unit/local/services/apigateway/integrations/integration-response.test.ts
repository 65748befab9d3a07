import { expect } from 'chai'
import {
  mapIntegrationResponse,
  selectResponse,
} from '../../../../../../local/services/apigateway/integrations/integration-response.ts'
import type { IntegrationResponse } from '../../../../../../local/services/apigateway/model/api-model.ts'
import { exchangeWith } from '../sample-exchange.ts'

const response = (
  status: number,
  selectionPattern = '',
  rest: Partial<IntegrationResponse> = {},
): IntegrationResponse => ({
  status,
  selectionPattern,
  parameters: {},
  templates: {},
  ...rest,
})

describe('integration responses', () => {
  const RESPONSES = [response(200), response(400, '4\\d{2}'), response(418, '418|4.*'), response(404, 'NotFound: .*')]
  const CASES: [selector: string, status: number][] = [
    ['200', 200],
    ['400', 400],
    ['418', 400],
    ['4000', 418],
    ['500', 200],
    ['NotFound: x', 404],
    ['Error: NotFound: x', 200],
  ]
  for (const [selector, status] of CASES) {
    it(`choose ${status} for ${selector}`, () => {
      expect(selectResponse(RESPONSES, selector).status).to.equal(status)
    })
  }

  it('are a configuration error when none fits', () => {
    expect(() => selectResponse([response(400, '400')], '200'))
      .to.throw()
      .with.property('type', 'API_CONFIGURATION_ERROR')
  })

  const map = (rest: Partial<IntegrationResponse>, body = '{"a":"x"}') => {
    const { integration } = exchangeWith({}).route.method
    const exchange = exchangeWith({ method: { integration: { ...integration, responses: [response(201, '', rest)] } } })
    return mapIntegrationResponse(exchange, { selector: '200', headers: { etag: '"1"' }, body })
  }

  it('pass the body on without a template', () => {
    expect(map({})).to.deep.equal({ status: 201, headers: [['Content-Type', 'application/json']], body: '{"a":"x"}' })
  })

  it('take headers from literals, from the integration and from templates, the last winning', () => {
    const parameters = {
      'method.response.header.ETag': 'integration.response.header.ETag',
      'method.response.header.X-A': 'integration.response.body.a',
      'method.response.header.X-B': "'b'",
      'method.response.header.Access-Control-Allow-Credentials': 'true',
    }
    const templates = {
      'application/json':
        '#set($context.responseOverride.header.x-b = "c")#set($context.responseOverride.status = 203)ok',
    }
    expect(map({ parameters, templates })).to.deep.equal({
      status: 203,
      headers: [
        ['Content-Type', 'application/json'],
        ['ETag', '"1"'],
        ['X-A', 'x'],
        ['x-b', 'c'],
      ],
      body: 'ok',
    })
  })

  it('ignore a status that is none, and send the content type of the template', () => {
    const templates = { 'text/html': '#set($context.responseOverride.status = "many")<p>' }
    expect(map({ templates })).to.deep.equal({ status: 201, headers: [['Content-Type', 'text/html']], body: '<p>' })
  })
})
