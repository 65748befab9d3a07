import { expect } from 'chai'
import { createBodyValidator } from '../../../../../../local/services/apigateway/validation/body-validator.ts'
import { validateRequest } from '../../../../../../local/services/apigateway/validation/validate-request.ts'
import { exchangeWith } from '../sample-exchange.ts'

const validateBody = createBodyValidator({ id: 'api1', schemas: new Map([['M', { type: 'object', required: ['a'] }]]) })

type Settings = Parameters<typeof exchangeWith>[0]

/** The request, and the type of the gateway response; none when it passes. */
const CASES: [title: string, settings: Settings, type: string | undefined, message?: string][] = [
  [
    'missing and blank parameters',
    {
      headers: [['X-Blank', ' ']],
      method: { validatesParameters: true, requiredParameters: named('querystring.q', 'header.X-Blank', 'path.id') },
    },
    'BAD_REQUEST_PARAMETERS',
    'Missing required request parameters: [X-Blank, q]',
  ],
  ['parameters without a validator', { method: { requiredParameters: named('querystring.q') } }, undefined],
  [
    'an empty body',
    { method: { validatesBody: true, requestModels: { 'application/json': 'M' } } },
    'BAD_REQUEST_BODY',
    'Invalid request body',
  ],
  [
    'a body that fits',
    { body: '{"a":1}', method: { validatesBody: true, requestModels: { 'application/json': 'M' } } },
    undefined,
  ],
  [
    'a content type without a model',
    {
      headers: [['Content-Type', 'text/csv']],
      body: 'x',
      method: { validatesBody: true, requestModels: { 'application/json': 'M' } },
    },
    undefined,
  ],
  [
    'the default model',
    {
      headers: [['Content-Type', 'text/csv']],
      body: '{}',
      method: { validatesBody: true, requestModels: { $default: 'M' } },
    },
    'BAD_REQUEST_BODY',
  ],
  ['a body without a validator', { body: 'x', method: { requestModels: { 'application/json': 'M' } } }, undefined],
]

function named(...places: string[]): string[] {
  return places.map((place) => `method.request.${place}`)
}

describe('validateRequest', () => {
  for (const [title, settings, type, message] of CASES) {
    it(`${type ? `answers ${type} to` : 'passes'} ${title}`, async () => {
      const failure = await validateRequest(exchangeWith(settings), validateBody).catch((error: unknown) => error)
      if (type === undefined) expect(failure).to.equal(undefined)
      else expect(failure).to.include({ type, ...(message && { clientMessage: message }) })
    })
  }
})
