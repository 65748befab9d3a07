import {
  type Properties,
  readFlag,
  readList,
  readMap,
  readNumber,
  readProperties,
  readText,
} from '../read-properties.ts'
import type {
  ApiMethod,
  Authorizer,
  Integration,
  IntegrationResponse,
  PassthroughBehavior,
  TemplateResource,
} from './api-model.ts'
import { readFunctionArn, readIntegrationTarget } from './integration-target.ts'

const DEFAULT_TIMEOUT_MS = 29_000
const DEFAULT_TTL_SECONDS = 300

/** What methods refer to, by physical id. */
export interface MethodReferences {
  authorizers: ReadonlyMap<string, Authorizer>
  validators: ReadonlyMap<string, Properties>
}

/** An AWS::ApiGateway::Method. */
export function readMethod({ logicalId, properties }: TemplateResource, references: MethodReferences): ApiMethod {
  const validator = references.validators.get(readText(properties, 'RequestValidatorId') ?? '') ?? {}
  const authorizer = findAuthorizer(logicalId, properties, references)
  const parameters = Object.entries(readMap(properties, 'RequestParameters'))
  return {
    httpMethod: readText(properties, 'HttpMethod') ?? 'ANY',
    apiKeyRequired: readFlag(properties, 'ApiKeyRequired'),
    ...(authorizer && { authorizer }),
    requiredParameters: parameters.filter(([, required]) => required === 'true').map(([name]) => name),
    validatesParameters: readFlag(validator, 'ValidateRequestParameters'),
    validatesBody: readFlag(validator, 'ValidateRequestBody'),
    requestModels: readMap(properties, 'RequestModels'),
    integration: readIntegration(logicalId, readProperties(properties, 'Integration')),
  }
}

function findAuthorizer(
  logicalId: string,
  properties: Properties,
  { authorizers }: MethodReferences,
): Authorizer | undefined {
  const type = readText(properties, 'AuthorizationType') ?? 'NONE'
  if (type === 'NONE') return undefined
  const authorizer = authorizers.get(readText(properties, 'AuthorizerId') ?? '')
  if (type === 'CUSTOM' && authorizer) return authorizer
  throw new Error(
    `${logicalId}: the laptop stack has no authorization of type ${type}, or its authorizer is not in the template`,
  )
}

function readIntegration(logicalId: string, integration: Properties): Integration {
  return {
    target: readIntegrationTarget(integration, logicalId),
    roleArn: readText(integration, 'Credentials') ?? '',
    requestParameters: readMap(integration, 'RequestParameters'),
    requestTemplates: readMap(integration, 'RequestTemplates'),
    passthrough: (readText(integration, 'PassthroughBehavior') ?? 'WHEN_NO_MATCH') as PassthroughBehavior,
    responses: readList(integration, 'IntegrationResponses').map((response) => readResponse(response as Properties)),
    timeoutMs: readNumber(integration, 'TimeoutInMillis') ?? DEFAULT_TIMEOUT_MS,
  }
}

function readResponse(response: Properties): IntegrationResponse {
  return {
    status: readNumber(response, 'StatusCode') ?? 200,
    selectionPattern: readText(response, 'SelectionPattern') ?? '',
    parameters: readMap(response, 'ResponseParameters'),
    templates: readMap(response, 'ResponseTemplates'),
  }
}

/** An AWS::ApiGateway::Authorizer. */
export function readAuthorizer({ logicalId, properties, physicalId }: TemplateResource): Authorizer {
  const type = readText(properties, 'Type')
  const functionArn = readFunctionArn(readText(properties, 'AuthorizerUri') ?? '')
  if ((type !== 'REQUEST' && type !== 'TOKEN') || !functionArn) {
    throw new Error(`${logicalId}: the laptop stack has Lambda authorizers of type REQUEST and TOKEN only, not ${type}`)
  }
  const tokenPattern = readText(properties, 'IdentityValidationExpression')
  return {
    id: physicalId,
    type,
    functionArn,
    identitySources: splitList(readText(properties, 'IdentitySource')),
    ...(tokenPattern && { tokenPattern }),
    ttlSeconds: readNumber(properties, 'AuthorizerResultTtlInSeconds') ?? DEFAULT_TTL_SECONDS,
  }
}

function splitList(text = ''): string[] {
  return text.split(',').flatMap((item) => item.trim() || [])
}
