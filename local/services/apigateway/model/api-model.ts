import type { IntegrationTarget } from './integration-target.ts'

/** One resource of the template, with every intrinsic function resolved to plain values. */
export interface TemplateResource {
  logicalId: string
  type: string
  properties: Readonly<Record<string, unknown>>
  /** What `Ref` gives. */
  physicalId: string
}

export interface IntegrationResponse {
  status: number
  /** Empty: the one taken when no other matches. */
  selectionPattern: string
  parameters: Record<string, string>
  templates: Record<string, string>
}

export type PassthroughBehavior = 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER'

export interface Integration {
  target: IntegrationTarget
  roleArn: string
  requestParameters: Record<string, string>
  /** By content type. */
  requestTemplates: Record<string, string>
  passthrough: PassthroughBehavior
  responses: IntegrationResponse[]
  timeoutMs: number
}

export interface Authorizer {
  id: string
  type: 'REQUEST' | 'TOKEN'
  functionArn: string
  /** `method.request.header.Authorization` and the like. */
  identitySources: string[]
  /** TOKEN only: what the whole token must match. */
  tokenPattern?: string
  ttlSeconds: number
}

export interface ApiMethod {
  /** GET, …, or ANY. */
  httpMethod: string
  apiKeyRequired: boolean
  authorizer?: Authorizer
  /** Of `method.request.<place>.<name>`. */
  requiredParameters: string[]
  validatesParameters: boolean
  validatesBody: boolean
  /** Model names by content type. */
  requestModels: Record<string, string>
  integration: Integration
}

export interface ApiResource {
  id: string
  /** `/merges/{id}`. */
  path: string
  /** The last piece of the path: `merges`, `{id}`, `{proxy+}`; empty for the root. */
  pathPart: string
  children: ApiResource[]
  methods: Map<string, ApiMethod>
}

export interface UsagePlanModel {
  id: string
  /** Values of its keys' ids. */
  keyIds: string[]
  rateLimit?: number
  burstLimit?: number
  quota?: { limit: number; offset: number; period: 'DAY' | 'WEEK' | 'MONTH' }
}

export interface ApiKey {
  id: string
  value: string
}

/** An AWS::ApiGateway::GatewayResponse. */
export interface GatewayResponseSetting {
  status?: number
  /** `gatewayresponse.header.<name>` → mapping expression. */
  parameters: Record<string, string>
  /** By content type. */
  templates: Record<string, string>
}

/** The REST API of the template as the gateway serves it. */
export interface ApiModel {
  id: string
  stage: string
  stageVariables: Record<string, string>
  binaryMediaTypes: string[]
  /** Where the API key comes from. */
  keySource: 'HEADER' | 'AUTHORIZER'
  root: ApiResource
  /** JSON Schemas (draft 4) by model name. */
  schemas: Map<string, unknown>
  keys: ApiKey[]
  plans: UsagePlanModel[]
  gatewayResponses: Map<string, GatewayResponseSetting>
}
