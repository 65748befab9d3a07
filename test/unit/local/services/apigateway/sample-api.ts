import type { RestApiOptions } from '../../../../../local/services/apigateway/rest-api.ts'

/** A template's API Gateway resources as the packager writes them, after its intrinsic functions were resolved. */

const LAMBDA_URI = 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions'
export const functionArn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`
const invocations = (name: string): string => `${LAMBDA_URI}/${functionArn(name)}/invocations`

type Resource = RestApiOptions['resources'] extends Iterable<infer R> ? R : never

export function resource(type: string, physicalId: string, properties: Record<string, unknown>): Resource {
  return { logicalId: `Logical${physicalId}`, type: `AWS::ApiGateway::${type}`, physicalId, properties }
}

interface MethodSettings {
  path: string
  verb: string
  integration: Record<string, unknown>
  other?: Record<string, unknown>
}

export function method({ path, verb, integration, other = {} }: MethodSettings): Resource {
  return resource('Method', `${verb}-${path}`, {
    HttpMethod: verb,
    ResourceId: path,
    RestApiId: 'api1',
    AuthorizationType: 'NONE',
    ApiKeyRequired: false,
    RequestParameters: {},
    Integration: integration,
    MethodResponses: [],
    ...other,
  })
}

export const proxyTo = (name: string): Record<string, unknown> => ({
  IntegrationHttpMethod: 'POST',
  Type: 'AWS_PROXY',
  Uri: invocations(name),
})

const MERGE_SCHEMA = {
  $schema: 'http://json-schema.org/draft-04/schema#',
  type: 'object',
  additionalProperties: false,
  required: ['name', 'primary'],
  properties: {
    name: { type: 'string', minLength: 1 },
    primary: { type: 'string' },
    method: { enum: ['weighted-sum', 'none'] },
    multiplier: { type: 'number', minimum: 0, maximum: 1 },
  },
}

/** Written as the packager writes it: `\\'` stands for one backslash and a quote. */
const START_TEMPLATE = `
#set( $name = $input.params('Idempotency-Key') )
#if( $name == "" )#set( $name = $context.requestId )#end
#set( $request = $util.escapeJavaScript($input.json('$')).replaceAll("\\\\'", "'") )
{"input": "{\\"id\\":\\"$name\\",\\"requestedBy\\":\\"$context.authorizer.username\\",\\"request\\":$request}",
 "name": "$name", "stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:merge"}`

const START_EXECUTION = {
  IntegrationHttpMethod: 'POST',
  Type: 'AWS',
  Credentials: 'arn:aws:iam::000000000000:role/start-merge',
  Uri: 'arn:aws:apigateway:us-east-1:states:action/StartExecution',
  PassthroughBehavior: 'NEVER',
  RequestTemplates: { 'application/json': START_TEMPLATE },
  IntegrationResponses: [
    {
      StatusCode: 202,
      SelectionPattern: '',
      ResponseParameters: { 'method.response.header.Location': 'integration.response.body.executionArn' },
      ResponseTemplates: {
        'application/json': '{"statusCode":202,"data":{"execution":$input.json(\'$.executionArn\')}}',
      },
    },
    {
      StatusCode: '409',
      SelectionPattern: '400',
      ResponseParameters: {},
      ResponseTemplates: {
        'application/json':
          '#if($input.path("$.__type").contains("ExecutionAlreadyExists")){"statusCode":409,"message":"Conflict"}#else#set($context.responseOverride.status = 502){"statusCode":502,"message":$input.json("$.message")}#end',
      },
    },
  ],
}

const PREFLIGHT = {
  Type: 'MOCK',
  RequestTemplates: { 'application/json': '{statusCode:200}' },
  ContentHandling: 'CONVERT_TO_TEXT',
  IntegrationResponses: [
    {
      StatusCode: '200',
      ResponseParameters: {
        'method.response.header.Access-Control-Allow-Origin': "'*'",
        'method.response.header.Access-Control-Allow-Headers': "'Content-Type,X-Api-Key,username'",
        'method.response.header.Access-Control-Allow-Methods': "'OPTIONS,POST'",
      },
      ResponseTemplates: { 'application/json': '' },
    },
  ],
}

const GUARDED = { AuthorizationType: 'CUSTOM', AuthorizerId: 'guard', ApiKeyRequired: true }

export const SAMPLE_RESOURCES: Resource[] = [
  resource('RestApi', 'api1', { Name: 'prod-darkroom', BinaryMediaTypes: ['image/png'] }),
  resource('Resource', '/merges', { ParentId: 'root-of-api1', PathPart: 'merges', RestApiId: 'api1' }),
  resource('Resource', '/merges/{id}', { ParentId: '/merges', PathPart: '{id}', RestApiId: 'api1' }),
  resource('Resource', '/ping', { ParentId: 'root-of-api1', PathPart: 'ping', RestApiId: 'api1' }),
  resource('Resource', '/old', { ParentId: 'root-of-api1', PathPart: 'old', RestApiId: 'api1' }),
  resource('Model', 'MergeModel', { ContentType: 'application/json', Schema: MERGE_SCHEMA, RestApiId: 'api1' }),
  resource('RequestValidator', 'validator', {
    ValidateRequestBody: true,
    ValidateRequestParameters: 'true',
    RestApiId: 'api1',
  }),
  resource('Authorizer', 'guard', {
    Type: 'REQUEST',
    AuthorizerUri: invocations('guard'),
    AuthorizerResultTtlInSeconds: 0,
  }),
  method({
    path: '/merges',
    verb: 'POST',
    integration: START_EXECUTION,
    other: { ...GUARDED, RequestValidatorId: 'validator', RequestModels: { 'application/json': 'MergeModel' } },
  }),
  method({ path: '/merges', verb: 'OPTIONS', integration: PREFLIGHT }),
  method({ path: '/merges/{id}', verb: 'GET', integration: proxyTo('get-merge'), other: GUARDED }),
  method({
    path: '/ping',
    verb: 'GET',
    integration: {
      Type: 'MOCK',
      RequestTemplates: { 'application/json': '{"statusCode": 200}' },
      IntegrationResponses: [
        { StatusCode: '200', ResponseTemplates: { 'application/json': '{"statusCode":200,"message":"pong"}' } },
      ],
    },
    other: { ApiKeyRequired: true },
  }),
  method({
    path: '/old',
    verb: 'POST',
    integration: {
      Type: 'AWS',
      Uri: invocations('old'),
      RequestTemplates: { 'application/json': '{"who":"$context.identity.sourceIp","body":$input.json("$")}' },
      IntegrationResponses: [
        { StatusCode: '200', SelectionPattern: '', ResponseTemplates: {} },
        {
          StatusCode: '404',
          SelectionPattern: 'NotFound.*',
          ResponseTemplates: { 'application/json': '{"message":$input.json("$.errorMessage")}' },
        },
      ],
    },
  }),
  resource('ApiKey', 'key1', { Name: 'web', Enabled: true }),
  resource('UsagePlan', 'plan1', {
    ApiStages: [{ ApiId: 'api1', Stage: 'prod' }],
    Throttle: { RateLimit: '50', BurstLimit: 100 },
  }),
  resource('UsagePlanKey', 'member1', { KeyId: 'key1', KeyType: 'API_KEY', UsagePlanId: 'plan1' }),
  resource('GatewayResponse', 'bad-body', {
    ResponseType: 'BAD_REQUEST_BODY',
    StatusCode: '400',
    ResponseTemplates: { 'application/json': '{"statusCode":400,"message":"$context.error.validationErrorString"}' },
  }),
  resource('GatewayResponse', 'denied', {
    ResponseType: 'ACCESS_DENIED',
    ResponseTemplates: { 'application/json': '{"statusCode":403,"message":"$context.authorizer.message"}' },
  }),
  resource('GatewayResponse', 'default-4xx', {
    ResponseType: 'DEFAULT_4XX',
    ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" },
    ResponseTemplates: { 'application/json': '{"message":$context.error.messageString}' },
  }),
]
