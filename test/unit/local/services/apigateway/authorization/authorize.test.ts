import { expect } from 'chai'
import { createAuthorize } from '../../../../../../local/services/apigateway/authorization/authorize.ts'
import type { FunctionResult } from '../../../../../../local/services/apigateway/exchange.ts'
import type { Authorizer } from '../../../../../../local/services/apigateway/model/api-model.ts'
import { exchangeWith } from '../sample-exchange.ts'

const TOKEN_AUTHORIZER: Authorizer = {
  id: 'guard',
  type: 'TOKEN',
  functionArn: 'arn:guard',
  identitySources: ['method.request.header.Authorization'],
  ttlSeconds: 300,
}

const POLICY = { Statement: [{ Effect: 'Allow', Action: '*', Resource: 'arn:aws:execute-api:*/GET/*' }] }

describe('authorize', () => {
  let now: number
  let asked: Record<string, unknown>[]
  let result: FunctionResult

  const authorize = (
    authorizer: Partial<Authorizer>,
    headers: [string, string][] = [['authorization', 'Bearer t']],
    httpMethod = 'GET',
  ) => {
    const exchange = exchangeWith({
      headers,
      httpMethod,
      method: { authorizer: { ...TOKEN_AUTHORIZER, ...authorizer } },
    })
    return run(exchange).then(() => exchange.context.authorizer)
  }
  let run: ReturnType<typeof createAuthorize>

  beforeEach(() => {
    now = 0
    asked = []
    result = { payload: JSON.stringify({ principalId: 'p', policyDocument: POLICY, context: { n: 1 } }) }
    run = createAuthorize({
      clock: { now: () => now, setTimer: () => () => undefined },
      region: 'us-east-1',
      invokeFunction: async (_, payload) => {
        asked.push(JSON.parse(payload))
        return result
      },
    })
  })

  const failure = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'passed',
      (error: { type: string }) => error.type,
    )

  it('gives a TOKEN authorizer the token and nothing else', async () => {
    expect(await authorize({})).to.deep.equal({ n: '1', principalId: 'p' })
    expect(asked).to.deep.equal([
      {
        type: 'TOKEN',
        authorizationToken: 'Bearer t',
        methodArn: 'arn:aws:execute-api:us-east-1:000000000000:api1/prod/GET/things/1',
      },
    ])
  })

  it('remembers the answer for the same identity until its time is over', async () => {
    await authorize({})
    now = 299_999
    await authorize({})
    expect(asked).to.have.length(1)
    await authorize({}, [['Authorization', 'other']])
    expect(asked).to.have.length(2)
    now = 300_000
    await authorize({})
    expect(asked).to.have.length(3)
  })

  it('judges a remembered policy anew for every method', async () => {
    await authorize({})
    expect(await failure(authorize({}, undefined, 'DELETE'))).to.equal('ACCESS_DENIED')
    expect(asked).to.have.length(1)
  })

  it('asks every time without a time to live or without identity sources', async () => {
    const uncached: Partial<Authorizer>[] = [{ ttlSeconds: 0 }, { type: 'REQUEST', identitySources: [] }]
    for (const settings of uncached) {
      asked = []
      await authorize(settings)
      await authorize(settings)
      expect(asked).to.have.length(2)
    }
  })

  it('answers 401 without a call when the identity is missing or has the wrong form', async () => {
    expect(await failure(authorize({}, []))).to.equal('UNAUTHORIZED')
    expect(await failure(authorize({}, [['Authorization', '']]))).to.equal('UNAUTHORIZED')
    expect(await failure(authorize({ tokenPattern: 'Basic .*' }))).to.equal('UNAUTHORIZED')
    expect(asked).to.deep.equal([])
  })

  const ANSWERS: [payload: string, functionError: string | undefined, type: string][] = [
    ['{"errorMessage":"Unauthorized"}', 'Unhandled', 'UNAUTHORIZED'],
    ['{"errorMessage":"Unauthorized!"}', 'Unhandled', 'AUTHORIZER_FAILURE'],
    ['null', undefined, 'AUTHORIZER_CONFIGURATION_ERROR'],
    ['not json', undefined, 'AUTHORIZER_CONFIGURATION_ERROR'],
    [JSON.stringify({ policyDocument: POLICY }), undefined, 'AUTHORIZER_CONFIGURATION_ERROR'],
    [
      JSON.stringify({ principalId: 'p', policyDocument: POLICY, context: { list: [1] } }),
      undefined,
      'AUTHORIZER_CONFIGURATION_ERROR',
    ],
    [
      JSON.stringify({ principalId: 'p', policyDocument: POLICY, context: 'x' }),
      undefined,
      'AUTHORIZER_CONFIGURATION_ERROR',
    ],
  ]
  for (const [payload, functionError, type] of ANSWERS) {
    it(`answers ${type} to ${payload}`, async () => {
      result = { payload, ...(functionError && { functionError }) }
      expect(await failure(authorize({}))).to.equal(type)
    })
  }
})
