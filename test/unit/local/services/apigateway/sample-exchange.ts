import type { Exchange } from '../../../../../local/services/apigateway/exchange.ts'
import type { GatewayRequest } from '../../../../../local/services/apigateway/gateway-request.ts'
import type { ApiMethod, ApiModel } from '../../../../../local/services/apigateway/model/api-model.ts'
import { createRequestContext } from '../../../../../local/services/apigateway/request-context.ts'

interface Settings {
  httpMethod?: string
  headers?: GatewayRequest['headers']
  query?: GatewayRequest['query']
  body?: string | Buffer
  method?: Partial<ApiMethod>
  api?: Partial<ApiModel>
}

/** `GET /things/1` of a small API, on its way to a function. */
export function exchangeWith({
  httpMethod = 'GET',
  headers = [],
  query = [],
  body = '',
  method = {},
  api = {},
}: Settings): Exchange {
  const request = {
    httpMethod,
    path: '/things/1',
    headers,
    query,
    sourceIp: '127.0.0.1',
    protocol: 'HTTP/1.1',
    body: Buffer.from(body),
  }
  const context = createRequestContext(request, {
    accountId: '000000000000',
    apiId: 'api1',
    region: 'us-east-1',
    stage: 'prod',
    requestId: '01234567-89ab-cdef-0123-456789abcdef',
    now: Date.UTC(2025, 9, 10, 13, 55, 36),
  })
  const resource = { id: 'res1', path: '/things/{id}', pathPart: '{id}', children: [], methods: new Map() }
  const model: ApiModel = {
    id: 'api1',
    stage: 'prod',
    stageVariables: {},
    binaryMediaTypes: [],
    keySource: 'HEADER',
    root: resource,
    schemas: new Map(),
    keys: [],
    plans: [],
    gatewayResponses: new Map(),
    ...api,
  }
  return {
    api: model,
    request,
    context,
    route: { resource, pathParameters: { id: '1' }, method: { ...METHOD, httpMethod, ...method } },
  }
}

const METHOD: ApiMethod = {
  httpMethod: 'GET',
  apiKeyRequired: false,
  requiredParameters: [],
  validatesParameters: false,
  validatesBody: false,
  requestModels: {},
  integration: {
    target: { kind: 'mock' },
    roleArn: '',
    requestParameters: {},
    requestTemplates: {},
    passthrough: 'WHEN_NO_MATCH',
    responses: [],
    timeoutMs: 29_000,
  },
}
