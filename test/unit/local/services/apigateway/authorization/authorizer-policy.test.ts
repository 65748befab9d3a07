import { expect } from 'chai'
import { judgePolicy, readPolicy } from '../../../../../../local/services/apigateway/authorization/authorizer-policy.ts'

const ARN = 'arn:aws:execute-api:us-east-1:000000000000:api1/prod/GET/merges/m1'
const INVOKE = 'execute-api:Invoke'

const CASES: [title: string, statements: object[], verdict: string][] = [
  ['an Allow of the very method', [{ Effect: 'Allow', Action: INVOKE, Resource: ARN }], 'allow'],
  [
    'an Allow by pattern',
    [{ Effect: 'Allow', Action: 'execute-api:*', Resource: ['arn:aws:execute-api:*:*:api1/prod/GET/*'] }],
    'allow',
  ],
  ['a one-character pattern', [{ Effect: 'Allow', Action: '*', Resource: ARN.replace(/.$/, '?') }], 'allow'],
  [
    'an Allow of another method',
    [{ Effect: 'Allow', Action: INVOKE, Resource: ARN.replace('GET', 'PUT') }],
    'implicit-deny',
  ],
  ['an Allow of another action', [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }], 'implicit-deny'],
  [
    'a dot in a pattern that is no wildcard',
    [{ Effect: 'Allow', Action: INVOKE, Resource: ARN.replace('merges', 'merge.') }],
    'implicit-deny',
  ],
  [
    'a Deny beside an Allow',
    [
      { Effect: 'Allow', Action: INVOKE, Resource: '*' },
      { Effect: 'Deny', Action: INVOKE, Resource: '*/GET/*' },
    ],
    'explicit-deny',
  ],
]

describe('the policy of an authorizer', () => {
  for (const [title, statements, verdict] of CASES) {
    it(`says ${verdict} for ${title}`, () => {
      expect(judgePolicy(readPolicy({ Version: '2012-10-17', Statement: statements }), ARN)).to.equal(verdict)
    })
  }

  it('may be a single statement', () => {
    expect(readPolicy({ Statement: { Effect: 'Allow', Action: INVOKE, Resource: '*' } })).to.have.length(1)
  })

  const BROKEN: unknown[] = [
    undefined,
    {},
    { Statement: [] },
    { Statement: [{ Effect: 'allow', Action: INVOKE, Resource: '*' }] },
    { Statement: [{ Effect: 'Allow', Resource: '*' }] },
    { Statement: [{ Effect: 'Allow', Action: INVOKE, Resource: '*', Condition: {} }] },
  ]
  for (const document of BROKEN) {
    it(`is refused as ${JSON.stringify(document) ?? 'nothing'}`, () => {
      expect(() => readPolicy(document))
        .to.throw()
        .with.property('type', 'AUTHORIZER_CONFIGURATION_ERROR')
    })
  }
})
