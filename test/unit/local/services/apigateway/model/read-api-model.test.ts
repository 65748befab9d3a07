import { expect } from 'chai'
import { readIntegrationTarget } from '../../../../../../local/services/apigateway/model/integration-target.ts'
import { readApiModel } from '../../../../../../local/services/apigateway/model/read-api-model.ts'
import { method, resource, SAMPLE_RESOURCES } from '../sample-api.ts'

const OPTIONS = { stage: 'prod', apiKeyValues: new Map<string, string>() }
const MOCK = { Type: 'MOCK' }

describe('readApiModel', () => {
  it('hangs whoever has no known parent on the root, and builds paths', () => {
    const { root } = readApiModel(SAMPLE_RESOURCES, OPTIONS)
    expect(root.children.map(({ path }) => path)).to.deep.equal(['/merges', '/ping', '/old'])
    expect(root.children[0]?.children[0]?.path).to.equal('/merges/{id}')
  })

  it('reads numbers and booleans that are written as text', () => {
    const { plans, root } = readApiModel(SAMPLE_RESOURCES, OPTIONS)
    expect(plans).to.deep.equal([{ id: 'plan1', keyIds: ['key1'], rateLimit: 50, burstLimit: 100 }])
    expect(root.children[0]?.methods.get('POST')).to.include({ validatesParameters: true, validatesBody: true })
  })

  it('takes a key with a value from outside or from the template, unless it is switched off', () => {
    const keys = [
      resource('ApiKey', 'outside', {}),
      resource('ApiKey', 'inside', { Value: 'v2', Enabled: true }),
      resource('ApiKey', 'off', { Value: 'v3', Enabled: 'false' }),
      resource('ApiKey', 'without', {}),
    ]
    const model = readApiModel([resource('RestApi', 'a', {}), ...keys], {
      stage: 'prod',
      apiKeyValues: new Map([['outside', 'v1']]),
    })
    expect(model.keys).to.deep.equal([
      { id: 'outside', value: 'v1' },
      { id: 'inside', value: 'v2' },
    ])
  })

  it('takes the variables of its stage', () => {
    const stages = ['dev', 'prod'].map((name) => resource('Stage', name, { StageName: name, Variables: { name } }))
    expect(readApiModel([resource('RestApi', 'a', {}), ...stages], OPTIONS).stageVariables).to.deep.equal({
      name: 'prod',
    })
  })

  it('says which method it cannot serve', () => {
    const cases: [Record<string, unknown>, Record<string, unknown>, RegExp][] = [
      [{ Type: 'HTTP_PROXY', Uri: 'http://x' }, {}, /LogicalGET-\/x: .*HTTP_PROXY/],
      [MOCK, { AuthorizationType: 'AWS_IAM' }, /LogicalGET-\/x: .*AWS_IAM/],
      [MOCK, { AuthorizationType: 'CUSTOM', AuthorizerId: 'nobody' }, /LogicalGET-\/x/],
    ]
    for (const [integration, other, message] of cases) {
      const broken = method({ path: '/x', verb: 'GET', integration, other })
      expect(() => readApiModel([resource('RestApi', 'a', {}), broken], OPTIONS)).to.throw(message)
    }
    expect(() => readApiModel([], OPTIONS)).to.throw('0 REST APIs')
  })
})

describe('readIntegrationTarget', () => {
  const FUNCTION = 'arn:aws:lambda:us-east-1:0:function:f:live'
  const uri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION}/invocations`

  it('knows functions, actions and mocks', () => {
    expect(readIntegrationTarget(MOCK, '')).to.deep.equal({ kind: 'mock' })
    expect(readIntegrationTarget({ Type: 'AWS_PROXY', Uri: uri }, '')).to.deep.equal({
      kind: 'lambda-proxy',
      functionArn: FUNCTION,
    })
    expect(readIntegrationTarget({ Type: 'AWS', Uri: uri }, '')).to.deep.equal({
      kind: 'lambda',
      functionArn: FUNCTION,
    })
    expect(
      readIntegrationTarget(
        { Type: 'AWS', Uri: 'arn:aws-cn:apigateway:cn-north-1:states:action/StartSyncExecution' },
        '',
      ),
    ).to.deep.equal({
      kind: 'action',
      service: 'states',
      action: 'StartSyncExecution',
    })
  })
})
