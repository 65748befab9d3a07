import { expect } from 'chai'
import { checkApiKey, identifyApiKey } from '../../../../../../local/services/apigateway/usage/check-api-key.ts'
import { exchangeWith } from '../sample-exchange.ts'

const API = {
  keys: [
    { id: 'k1', value: 'in a plan' },
    { id: 'k2', value: 'in no plan' },
  ],
  plans: [{ id: 'p', keyIds: ['k1'] }],
}

function check(key: string | undefined, settings: Parameters<typeof exchangeWith>[0] = {}): string {
  const exchange = exchangeWith({
    headers: key === undefined ? [] : [['X-API-KEY', key]],
    api: API,
    method: { apiKeyRequired: true },
    ...settings,
  })
  identifyApiKey(exchange)
  try {
    checkApiKey(exchange, { statements: [], context: {}, usageIdentifierKey: 'in a plan' }, () => 'ok')
    return exchange.context.identity.apiKeyId ?? 'no key'
  } catch (error) {
    return (error as { type: string }).type
  }
}

describe('API keys', () => {
  const CASES: [key: string | undefined, outcome: string][] = [
    ['in a plan', 'k1'],
    ['in no plan', 'INVALID_API_KEY'],
    ['unknown', 'INVALID_API_KEY'],
    ['', 'INVALID_API_KEY'],
    [undefined, 'INVALID_API_KEY'],
  ]
  for (const [key, outcome] of CASES) {
    it(`lead ${JSON.stringify(key) ?? 'no key'} to ${outcome}`, () => {
      expect(check(key)).to.equal(outcome)
    })
  }

  it('are not looked at where the method needs none', () => {
    expect(check('in a plan', { method: { apiKeyRequired: false } })).to.equal('no key')
  })

  it('come from the authorizer where the API says so', () => {
    expect(check(undefined, { api: { ...API, keySource: 'AUTHORIZER' } })).to.equal('k1')
  })
})
