import { expect } from 'chai'
import { resolveTemplate, type StackOptions } from '../../../../local/template/load-stack.ts'
import type { Template } from '../../../../local/template/read-template.ts'
import type { Stack } from '../../../../local/template/stack.ts'

function stackOf(template: Partial<Template>, options: Partial<StackOptions> = {}): Stack {
  const source = { stackName: 'darkroom-dev', template: { Resources: {}, ...template }, parameters: {} }
  return resolveTemplate(source, { accountId: '000000000000', region: 'eu-west-1', ...options })
}

/** What a property value becomes. */
function resolved(value: unknown, template: Partial<Template> = {}, options: Partial<StackOptions> = {}): unknown {
  const Resources = { ...template.Resources, Subject: { Type: 'AWS::S3::Bucket', Properties: { value } } }
  return stackOf({ ...template, Resources }, options).resources.get('Subject')!.properties.value
}

const TABLE = { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'merges' } }

describe('the functions of a template', () => {
  const template: Partial<Template> = {
    Parameters: {
      Email: { Type: 'String', Default: 'a@b.c' },
      Zones: { Type: 'CommaDelimitedList', Default: 'one, two' },
    },
    Mappings: { Sizes: { dev: { memory: 512 } } },
    Conditions: {
      Yes: { 'Fn::Equals': ['1', 1] },
      No: { 'Fn::Not': [{ Condition: 'Yes' }] },
      Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
      Either: { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] },
      HasEmail: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Email' }, ''] }] },
    },
    Resources: { Table: TABLE },
  }

  const CASES: [what: string, value: unknown, expected: unknown][] = [
    ['Ref of a parameter', { Ref: 'Email' }, 'a@b.c'],
    ['Ref of a list parameter', { Ref: 'Zones' }, ['one', 'two']],
    ['Ref of a resource', { Ref: 'Table' }, 'merges'],
    ['GetAtt with a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:aws:dynamodb:eu-west-1:000000000000:table/merges'],
    ['GetAtt with a dot', { 'Fn::GetAtt': 'Table.Arn' }, 'arn:aws:dynamodb:eu-west-1:000000000000:table/merges'],
    [
      'Sub of text',
      { 'Fn::Sub': '${Table}/${ Table.Arn }/${!Table}' },
      'merges/arn:aws:dynamodb:eu-west-1:000000000000:table/merges/${Table}',
    ],
    ['Sub with variables', { 'Fn::Sub': ['${own}-${AWS::Region}', { own: { Ref: 'Table' } }] }, 'merges-eu-west-1'],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Table' }, 7]] }, 'a-merges-7'],
    ['Join of a resolved list', { 'Fn::Join': ['+', { Ref: 'Zones' }] }, 'one+two'],
    ['Select', { 'Fn::Select': ['1', { Ref: 'Zones' }] }, 'two'],
    ['Split', { 'Fn::Split': [':', 'a:b'] }, ['a', 'b']],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', 'dev', 'memory'] }, 512],
    ['Base64', { 'Fn::Base64': { 'Fn::Sub': '${Table}' } }, 'bWVyZ2Vz'],
    ['If of a true condition', { 'Fn::If': ['HasEmail', { Ref: 'Email' }, { Ref: 'Nothing' }] }, 'a@b.c'],
    ['If of a false condition', { 'Fn::If': ['No', { Ref: 'Nothing' }, 'other'] }, 'other'],
    ['And', { 'Fn::If': ['Both', 1, 2] }, 2],
    ['Or', { 'Fn::If': ['Either', 1, 2] }, 1],
    ['NoValue in an object', { kept: 1, left: { Ref: 'AWS::NoValue' } }, { kept: 1 }],
    ['NoValue in a list', ['kept', { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] }], ['kept']],
    ['the account', { Ref: 'AWS::AccountId' }, '000000000000'],
    ['the partition', { 'Fn::Sub': 'arn:${AWS::Partition}:s3' }, 'arn:aws:s3'],
    ['the URL suffix', { Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    ['the stack', { Ref: 'AWS::StackName' }, 'darkroom-dev'],
    ['a policy with a Condition of its own', { Condition: 'HasEmail' }, { Condition: 'HasEmail' }],
    ['values that are no text', [1, true, null, 'x'], [1, true, null, 'x']],
  ]
  for (const [what, value, expected] of CASES) {
    it(`resolve ${what}`, () => expect(resolved(value, template)).to.eql(expected))
  }

  const FAULTS: [what: string, value: unknown, message: string][] = [
    [
      'a reference to nothing',
      { a: [{ Ref: 'Nobody' }] },
      'Resources.Subject.Properties.value.a[0].Ref: refers to Nobody',
    ],
    ['Sub of nothing', { 'Fn::Sub': '${Nobody.Arn}' }, 'Resources.Subject.Properties.value.Fn::Sub: refers to Nobody'],
    ['an unknown attribute', { 'Fn::GetAtt': ['Table', 'Colour'] }, 'AWS::DynamoDB::Table has no attribute Colour'],
    [
      'an unknown function',
      { 'Fn::Cidr': ['10.0.0.0/8'] },
      'Resources.Subject.Properties.value: the laptop stack does not know the function Fn::Cidr',
    ],
    ['an import', { 'Fn::ImportValue': 'x' }, 'values of other stacks do not exist here'],
    ['an unknown condition', { 'Fn::If': ['Maybe', 1, 2] }, 'there is no condition Maybe'],
    ['an unknown mapping', { 'Fn::FindInMap': ['Sizes', 'prod', 'memory'] }, 'there is no mapping Sizes.prod.memory'],
    ['an item beyond the list', { 'Fn::Select': [2, ['a']] }, 'the list has no item 2'],
    ['a list where text must stand', { 'Fn::Join': ['', [['a']]] }, 'is not text'],
    ['a function beside other keys', { Ref: 'Table', other: 1 }, 'Ref stands beside other keys'],
    ['a function with too few arguments', { 'Fn::If': ['Yes', 1] }, 'takes a list of 3'],
  ]
  for (const [what, value, message] of FAULTS) {
    it(`name the place of ${what}`, () => expect(() => resolved(value, template)).to.throw(message))
  }
})

describe('the parameters of a template', () => {
  const Parameters = {
    Email: { Type: 'String', AllowedPattern: '.+@.+', ConstraintDescription: 'must be an e-mail address' },
    LogLevel: { Type: 'String', Default: 'INFO', AllowedValues: ['INFO', 'DEBUG'] },
    Key: { Type: 'String', Default: 'aaaaa', MinLength: 5, MaxLength: 6 },
    Parts: { Type: 'Number', Default: 3, MinValue: 1, MaxValue: 9 },
  }
  const given = (parameters: Record<string, string>) => stackOf({ Parameters }, { parameters }).parameters

  it('take the given values, then the defaults', () => {
    expect(given({ Email: 'a@b', Parts: '4' })).to.eql({ Email: 'a@b', LogLevel: 'INFO', Key: 'aaaaa', Parts: '4' })
  })

  it('prefer what is given over what the package would be deployed with', () => {
    const source = {
      stackName: 's',
      template: { Resources: {}, Parameters },
      parameters: { Email: 'a@b', Key: 'bbbbb' },
    }
    const options = { accountId: '0', region: 'r', parameters: { Email: 'c@d' } }
    expect(resolveTemplate(source, options).parameters).to.include({ Email: 'c@d', Key: 'bbbbb' })
  })

  const FAULTS: [parameters: Record<string, string>, message: string][] = [
    [{}, 'Parameters.Email: must have a value'],
    [{ Email: 'nobody' }, 'Parameters.Email: failed to satisfy constraint: must be an e-mail address'],
    [
      { Email: 'a@b', LogLevel: 'LOUD' },
      'Parameters.LogLevel: failed to satisfy constraint: must be one of INFO, DEBUG',
    ],
    [{ Email: 'a@b', Key: 'aaaa' }, 'must have at least 5 characters'],
    [{ Email: 'a@b', Key: 'aaaaaaa' }, 'must have at most 6 characters'],
    [{ Email: 'a@b', Parts: 'many' }, 'must be a number'],
    [{ Email: 'a@b', Parts: '0' }, 'must be at least 1'],
    [{ Email: 'a@b', Parts: '10' }, 'must be at most 9'],
    [{ Email: 'a@b', Colour: 'red' }, '[Colour] do not exist in the template'],
  ]
  for (const [parameters, message] of FAULTS) {
    it(`refuse ${JSON.stringify(parameters)}`, () => expect(() => given(parameters)).to.throw(message))
  }
})

describe('the resources of a template', () => {
  it('come in the order of references and dependencies', () => {
    const stack = stackOf({
      Resources: {
        Rule: { Type: 'AWS::Events::Rule', DependsOn: 'Topic', Properties: { EventBusName: { Ref: 'Bus' } } },
        Bus: { Type: 'AWS::Events::EventBus', DependsOn: ['Table'], Properties: { Name: 'own' } },
        Topic: { Type: 'AWS::SNS::Topic' },
        Table: TABLE,
      },
    })
    expect([...stack.resources.keys()]).to.eql(['Topic', 'Table', 'Bus', 'Rule'])
  })

  it('are left out when their condition is false, and so are dependencies on them', () => {
    const Conditions = { Never: { 'Fn::Equals': ['a', 'b'] } }
    const stack = stackOf({
      Conditions,
      Resources: { Topic: { Type: 'AWS::SNS::Topic', Condition: 'Never' }, Table: { ...TABLE, DependsOn: 'Topic' } },
      Outputs: { Topic: { Condition: 'Never', Value: { Ref: 'Topic' } }, Table: { Value: { Ref: 'Table' } } },
    })
    expect([...stack.resources.keys()]).to.eql(['Table'])
    expect(stack.outputs).to.eql({ Table: 'merges' })
  })

  it('cannot refer to one whose condition is false', () => {
    const Conditions = { Never: { 'Fn::Equals': ['a', 'b'] } }
    const Resources = { Topic: { Type: 'AWS::SNS::Topic', Condition: 'Never' } }
    expect(() => resolved({ Ref: 'Topic' }, { Conditions, Resources })).to.throw(
      'refers to Topic, whose condition is false',
    )
  })

  it('cannot depend on each other in a circle', () => {
    const Resources = {
      Key: { Type: 'AWS::S3::Bucket', Properties: { a: { Ref: 'Lock' } } },
      Lock: { Type: 'AWS::S3::Bucket', Properties: { a: { 'Fn::Sub': '${Key}' } } },
    }
    expect(() => stackOf({ Resources })).to.throw('circular dependency: Key → Lock → Key')
  })

  it('must be of a type the laptop stack has', () => {
    expect(() => stackOf({ Resources: { Queue: { Type: 'AWS::SQS::Queue' } } })).to.throw(
      'Resources.Queue: the laptop stack has no resource type AWS::SQS::Queue',
    )
  })

  it('cannot depend on something that is not there', () => {
    expect(() => stackOf({ Resources: { Table: { ...TABLE, DependsOn: ['Nobody'] } } })).to.throw(
      'Resources.Table.DependsOn: there is no resource Nobody',
    )
  })

  it('are found by type', () => {
    const stack = stackOf({ Resources: { A: TABLE, B: { Type: 'AWS::SNS::Topic' }, C: TABLE } })
    expect(stack.byType('AWS::DynamoDB::Table').map(({ logicalId }) => logicalId)).to.eql(['A', 'C'])
  })
})

describe('the identifiers of resources', () => {
  const ACCOUNT = '000000000000'

  function identify(Type: string, Properties: Record<string, unknown> = {}) {
    return stackOf({ Resources: { Thing: { Type, Properties } } }).resources.get('Thing')!
  }

  const CASES: [
    type: string,
    properties: Record<string, unknown>,
    physicalId: RegExp | string,
    attributes: Record<string, unknown>,
  ][] = [
    ['AWS::S3::Bucket', {}, /^darkroom-dev-thing-[a-z0-9]{12}$/, {}],
    [
      'AWS::S3::Bucket',
      { BucketName: 'mine' },
      'mine',
      { Arn: 'arn:aws:s3:::mine', RegionalDomainName: 'mine.s3.eu-west-1.amazonaws.com' },
    ],
    ['AWS::DynamoDB::Table', {}, /^darkroom-dev-Thing-[A-Za-z0-9]{12}$/, {}],
    ['AWS::SNS::Topic', { TopicName: 'news' }, `arn:aws:sns:eu-west-1:${ACCOUNT}:news`, { TopicName: 'news' }],
    [
      'AWS::SNS::Subscription',
      { TopicArn: 'arn:topic' },
      /^arn:topic:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      {},
    ],
    ['AWS::IAM::Role', { RoleName: 'r', Path: '/x/' }, 'r', { Arn: `arn:aws:iam::${ACCOUNT}:role/x/r` }],
    ['AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'p' }, `arn:aws:iam::${ACCOUNT}:policy/p`, {}],
    ['AWS::Lambda::Function', { FunctionName: 'f' }, 'f', { Arn: `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f` }],
    [
      'AWS::Lambda::Version',
      { FunctionName: 'f' },
      `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f:$LATEST`,
      { Version: '$LATEST' },
    ],
    [
      'AWS::Lambda::Alias',
      { FunctionName: 'f', Name: 'live' },
      `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:f:live`,
      {},
    ],
    [
      'AWS::Events::EventBus',
      { Name: 'b' },
      'b',
      { Arn: `arn:aws:events:eu-west-1:${ACCOUNT}:event-bus/b`, Name: 'b' },
    ],
    ['AWS::Events::Rule', { Name: 'r' }, 'r', { Arn: `arn:aws:events:eu-west-1:${ACCOUNT}:rule/r` }],
    [
      'AWS::Events::Rule',
      { Name: 'r', EventBusName: 'b' },
      'b|r',
      { Arn: `arn:aws:events:eu-west-1:${ACCOUNT}:rule/b/r` },
    ],
    [
      'AWS::StepFunctions::StateMachine',
      { StateMachineName: 'm' },
      `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:m`,
      { Name: 'm' },
    ],
    ['AWS::StepFunctions::StateMachine', {}, /:stateMachine:Thing-[A-Za-z0-9]{12}$/, {}],
    ['AWS::Logs::LogGroup', { LogGroupName: '/g' }, '/g', { Arn: `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/g:*` }],
    ['AWS::ApiGateway::RestApi', {}, /^[a-z0-9]{10}$/, {}],
    ['AWS::ApiGateway::Resource', {}, /^[a-z0-9]{6}$/, {}],
    ['AWS::ApiGateway::UsagePlanKey', { KeyId: 'k', UsagePlanId: 'u' }, 'k:u', { Id: 'k:u' }],
    ['AWS::ApiGateway::Stage', { StageName: 'dev' }, 'dev', {}],
    ['AWS::ApiGateway::Model', { Name: 'm' }, 'm', {}],
    ['Custom::Anything', {}, /^darkroom-dev-Thing-/, {}],
  ]
  for (const [type, properties, physicalId, attributes] of CASES) {
    it(`of ${type} ${JSON.stringify(properties)} are AWS's`, () => {
      const thing = identify(type, properties)
      if (physicalId instanceof RegExp) expect(thing.physicalId).to.match(physicalId)
      else expect(thing.physicalId).to.equal(physicalId)
      expect(thing.attributes).to.include(attributes)
    })
  }

  it('have a root resource beside the REST API', () => {
    const { attributes, physicalId } = identify('AWS::ApiGateway::RestApi')
    expect(attributes.RootResourceId)
      .to.match(/^[a-z0-9]{10}$/)
      .and.not.equal(physicalId)
  })

  it('are the same in every run, and different in every stack', () => {
    const named = (stackName: string) =>
      resolveTemplate(
        { stackName, template: { Resources: { Bucket: { Type: 'AWS::S3::Bucket' } } }, parameters: {} },
        { accountId: ACCOUNT, region: 'eu-west-1' },
      ).resources.get('Bucket')!.physicalId
    expect(named('one')).to.equal(named('one')).and.not.equal(named('two'))
  })

  it('keep to the length AWS allows', () => {
    const Type = 'AWS::S3::Bucket'
    const logicalId = 'Bucket'.repeat(9)
    const stack = stackOf({ Resources: { [logicalId]: { Type } } })
    expect(stack.resources.get(logicalId)!.physicalId)
      .to.match(/^darkroom-dev-bucket[a-z0-9-]+$/)
      .and.have.length(63)
  })

  it('may be named by the caller', () => {
    const nameResource = (logicalId: string) => `local-${logicalId}`
    const stack = stackOf({ Resources: { Table: { Type: 'AWS::DynamoDB::Table' } } }, { nameResource })
    expect(stack.resources.get('Table')!.physicalId).to.equal('local-Table')
  })
})

describe('the URL of a REST API', () => {
  const Resources = { Api: { Type: 'AWS::ApiGateway::RestApi' } }
  const url = {
    'Fn::Join': [
      '',
      ['https://', { Ref: 'Api' }, '.execute-api.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, '/dev'],
    ],
  }

  it("is AWS's by default", () => {
    expect(resolved(url, { Resources })).to.match(
      /^https:\/\/[a-z0-9]{10}\.execute-api\.eu-west-1\.amazonaws\.com\/dev$/,
    )
  })

  it('is the local one in properties and outputs where the caller names it', () => {
    const restApiUrl = 'http://127.0.0.1:3000'
    expect(resolved({ deep: [{ url }] }, { Resources }, { restApiUrl })).to.eql({
      deep: [{ url: `${restApiUrl}/dev` }],
    })
    const { outputs } = stackOf(
      { Resources, Outputs: { Url: { Value: url }, Id: { Value: { Ref: 'Api' } } } },
      { restApiUrl },
    )
    expect(outputs.Url).to.equal(`${restApiUrl}/dev`)
    expect(outputs.Id).to.match(/^[a-z0-9]{10}$/)
  })
})
