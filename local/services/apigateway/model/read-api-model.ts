import { type Properties, readList, readMap, readNumber, readText } from '../read-properties.ts'
import type { ApiModel, ApiResource, GatewayResponseSetting, TemplateResource } from './api-model.ts'
import { type MethodReferences, readAuthorizer, readMethod } from './read-methods.ts'
import { readApiKeys, readUsagePlans } from './read-usage-plans.ts'

interface ReadOptions {
  stage: string
  apiKeyValues: ReadonlyMap<string, string>
}

/** Builds the API from the AWS::ApiGateway::* resources of a template. Throws naming the resource that the laptop cannot serve. */
export function readApiModel(resources: Iterable<TemplateResource>, { stage, apiKeyValues }: ReadOptions): ApiModel {
  const all = [...resources]
  const ofType = (type: string): TemplateResource[] =>
    all.filter((resource) => resource.type === `AWS::ApiGateway::${type}`)
  const [api, ...others] = ofType('RestApi')
  if (!api || others.length > 0)
    throw new Error(`The template has ${others.length + (api ? 1 : 0)} REST APIs; the laptop stack serves one`)

  const authorizers = ofType('Authorizer').map(readAuthorizer)
  const references: MethodReferences = {
    authorizers: new Map(authorizers.map((authorizer) => [authorizer.id, authorizer])),
    validators: new Map(ofType('RequestValidator').map((validator) => [validator.physicalId, validator.properties])),
  }
  return {
    id: api.physicalId,
    stage,
    stageVariables: readStageVariables(ofType('Stage'), stage),
    binaryMediaTypes: readList(api.properties, 'BinaryMediaTypes').map(String),
    keySource: readText(api.properties, 'ApiKeySourceType') === 'AUTHORIZER' ? 'AUTHORIZER' : 'HEADER',
    root: readResourceTree(ofType('Resource'), ofType('Method'), references),
    schemas: readSchemas(ofType('Model')),
    keys: readApiKeys(ofType('ApiKey'), apiKeyValues),
    plans: readUsagePlans(ofType('UsagePlan'), ofType('UsagePlanKey')),
    gatewayResponses: new Map(ofType('GatewayResponse').map(({ properties }) => readGatewayResponse(properties))),
  }
}

/** Whoever names a parent that is no Resource of the template hangs on the root. */
function readResourceTree(
  resources: readonly TemplateResource[],
  methods: readonly TemplateResource[],
  references: MethodReferences,
): ApiResource {
  const root: ApiResource = { id: 'root', path: '/', pathPart: '', children: [], methods: new Map() }
  const byId = new Map(
    resources.map(({ physicalId, properties }) => [physicalId, blankResource(physicalId, properties)]),
  )
  for (const { physicalId, properties } of resources) {
    const parent = byId.get(readText(properties, 'ParentId') ?? '') ?? root
    parent.children.push(byId.get(physicalId)!)
  }
  for (const method of methods) {
    const resource = byId.get(readText(method.properties, 'ResourceId') ?? '') ?? root
    const read = readMethod(method, references)
    resource.methods.set(read.httpMethod, read)
  }
  setPaths(root)
  return root
}

function blankResource(id: string, properties: Properties): ApiResource {
  return { id, path: '', pathPart: readText(properties, 'PathPart') ?? '', children: [], methods: new Map() }
}

function setPaths(parent: ApiResource): void {
  for (const child of parent.children) {
    child.path = `${parent.path === '/' ? '' : parent.path}/${child.pathPart}`
    setPaths(child)
  }
}

/** Methods name a model by what `Ref` gives; models name each other by `Name`. */
function readSchemas(models: readonly TemplateResource[]): Map<string, unknown> {
  return new Map(
    models.flatMap(({ physicalId, properties }) => {
      const schema = typeof properties.Schema === 'string' ? JSON.parse(properties.Schema) : (properties.Schema ?? {})
      const names = new Set([physicalId, readText(properties, 'Name') ?? physicalId])
      return [...names].map((name): [string, unknown] => [name, schema])
    }),
  )
}

function readStageVariables(stages: readonly TemplateResource[], stage: string): Record<string, string> {
  const found = stages.find(({ properties }) => readText(properties, 'StageName') === stage)
  return found ? readMap(found.properties, 'Variables') : {}
}

function readGatewayResponse(properties: Properties): [string, GatewayResponseSetting] {
  const status = readNumber(properties, 'StatusCode')
  const setting: GatewayResponseSetting = {
    ...(status !== undefined && { status }),
    parameters: readMap(properties, 'ResponseParameters'),
    templates: readMap(properties, 'ResponseTemplates'),
  }
  return [readText(properties, 'ResponseType') ?? '', setting]
}
