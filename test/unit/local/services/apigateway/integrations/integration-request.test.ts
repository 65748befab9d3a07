import { expect } from 'chai'
import { createIntegrationRequest } from '../../../../../../local/services/apigateway/integrations/integration-request.ts'
import type { Integration } from '../../../../../../local/services/apigateway/model/api-model.ts'
import { exchangeWith } from '../sample-exchange.ts'

function create(integration: Partial<Integration>, contentType = 'text/plain') {
  const base = exchangeWith({}).route.method.integration
  const headers: [string, string][] = [
    ['content-type', contentType],
    ['X-Who', 'me'],
  ]
  return createIntegrationRequest(
    exchangeWith({ headers, body: 'sent', method: { integration: { ...base, ...integration } } }),
  )
}

const JSON_TEMPLATE = { 'application/json': 'made' }

/** Pass-through behaviour, templates, content type → the body, or the error. */
const CASES: [Integration['passthrough'], Record<string, string>, string, string][] = [
  ['NEVER', JSON_TEMPLATE, 'application/json', 'made'],
  ['NEVER', JSON_TEMPLATE, 'Application/JSON; charset=utf-8', 'made'],
  ['NEVER', JSON_TEMPLATE, 'text/plain', 'UNSUPPORTED_MEDIA_TYPE'],
  ['NEVER', {}, 'application/json', 'UNSUPPORTED_MEDIA_TYPE'],
  ['WHEN_NO_TEMPLATES', JSON_TEMPLATE, 'text/plain', 'UNSUPPORTED_MEDIA_TYPE'],
  ['WHEN_NO_TEMPLATES', {}, 'text/plain', 'sent'],
  ['WHEN_NO_MATCH', JSON_TEMPLATE, 'text/plain', 'sent'],
]

describe('integration requests', () => {
  for (const [passthrough, requestTemplates, contentType, outcome] of CASES) {
    it(`with ${passthrough} and ${Object.keys(requestTemplates).length} templates make ${outcome} of ${contentType}`, () => {
      const make = (): string => create({ passthrough, requestTemplates }, contentType).body
      if (outcome === 'UNSUPPORTED_MEDIA_TYPE') expect(make).to.throw().with.property('type', outcome)
      else expect(make()).to.equal(outcome)
    })
  }

  it('map headers, the content type among them', () => {
    const requestParameters = {
      'integration.request.header.Content-Type': "'application/x-amz-json-1.0'",
      'integration.request.header.X-Amz-Invocation-Type': "'Event'",
      'integration.request.header.X-Caller': 'method.request.header.x-who',
      'integration.request.querystring.q': "'x'",
    }
    expect(create({ requestParameters })).to.deep.equal({
      body: 'sent',
      contentType: 'application/x-amz-json-1.0',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-invocation-type': 'Event', 'x-caller': 'me' },
    })
  })

  it('are a 500 when the template itself breaks', () => {
    const requestTemplates = { 'text/plain': '#if(' }
    expect(() => create({ requestTemplates }))
      .to.throw()
      .with.property('type', 'API_CONFIGURATION_ERROR')
  })
})
