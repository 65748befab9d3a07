import { NO_VALUE, resolve, resolveCondition, type Scope } from './intrinsic-functions.ts'
import type { ResourceFacts } from './kinds/resource-kind.ts'
import { physicalName } from './physical-name.ts'
import { type Package, readTemplate, type Template, type TemplateResource } from './read-template.ts'
import { isList, resolveParameters, splitList } from './resolve-parameters.ts'
import { resourceKind } from './resource-kinds.ts'
import { stableUuid } from './stable-ids.ts'
import { type Resource, type Stack, TemplateError } from './stack.ts'
import { substituteRestApiUrls } from './substitute-rest-api-urls.ts'

export interface StackOptions {
  /** The folder `serverless package` wrote. */
  directory: string
  /** Beat the values the package would be deployed with, which beat the template's defaults. */
  parameters?: Record<string, string>
  accountId: string
  region: string
  /**
   * Where the REST APIs are served, e.g. `http://127.0.0.1:3000`: stands instead of `https://<id>.execute-api.<region>.amazonaws.com`
   * in every resource and output. Without it the URLs stay as AWS makes them.
   */
  restApiUrl?: string
  /** The name of a resource that the template does not name; by default what CloudFormation would make up, stable between runs. */
  nameResource?(logicalId: string, type: string): string
}

/** Reads the packaged template and answers the stack CloudFormation would make of it; throws a `TemplateError` where it would not deploy. */
export function loadStack(options: StackOptions): Stack {
  return resolveTemplate(readTemplate(options.directory), options)
}

/** `loadStack` for a template already in memory. */
export function resolveTemplate(source: Package, options: Omit<StackOptions, 'directory'>): Stack {
  const resolver = new TemplateResolver(source, options)
  const { resources, outputs } = substituteRestApiUrls(resolver.resolveAll(), options)
  return {
    name: source.stackName,
    id: resolver.stackId,
    resources,
    outputs,
    parameters: resolver.parameters,
    byType: (type) => [...resources.values()].filter((resource) => resource.type === type),
  }
}

/** One pass over a template. Resources are resolved when first referred to, so they come out in the order of their dependencies. */
class TemplateResolver implements Scope {
  readonly stackId: string
  readonly parameters: Record<string, string>
  readonly #template: Template
  readonly #stackName: string
  readonly #options: Omit<StackOptions, 'directory'>
  readonly #pseudoParameters: Record<string, unknown>
  readonly #resources = new Map<string, Resource>()
  /** Resources and conditions being resolved, outermost first. */
  readonly #underway: string[] = []

  constructor({ stackName, template, parameters }: Package, options: Omit<StackOptions, 'directory'>) {
    const { accountId, region } = options
    this.#template = template
    this.#stackName = stackName
    this.#options = options
    this.stackId = `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/${stableUuid(stackName)}`
    this.parameters = resolveParameters(template.Parameters ?? {}, { ...parameters, ...options.parameters })
    this.#pseudoParameters = {
      'AWS::AccountId': accountId,
      'AWS::NoValue': NO_VALUE,
      'AWS::NotificationARNs': [],
      'AWS::Partition': 'aws',
      'AWS::Region': region,
      'AWS::StackId': this.stackId,
      'AWS::StackName': stackName,
      'AWS::URLSuffix': 'amazonaws.com',
    }
  }

  resolveAll(): { resources: Map<string, Resource>; outputs: Record<string, string> } {
    for (const logicalId of Object.keys(this.#template.Resources)) {
      if (this.#isWanted(logicalId)) this.#resource(logicalId)
    }
    const outputs = Object.entries(this.#template.Outputs ?? {})
      .filter(([name, { Condition: name_ }]) => name_ === undefined || this.condition(name_, `Outputs.${name}`))
      .map(([name, { Value: value }]) => [name, String(resolve(value, this, `Outputs.${name}.Value`))])
    return { resources: this.#resources, outputs: Object.fromEntries(outputs) }
  }

  ref(name: string, path: string): unknown {
    if (Object.hasOwn(this.#pseudoParameters, name)) return this.#pseudoParameters[name]
    const parameter = this.#template.Parameters?.[name]
    if (parameter !== undefined) {
      const value = this.parameters[name]!
      return isList(parameter) ? splitList(value) : value
    }
    return this.#referred(name, path).physicalId
  }

  attribute(logicalId: string, attribute: string, path: string): string {
    const { attributes, type } = this.#referred(logicalId, path)
    const value = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined
    if (value === undefined) throw new TemplateError(path, `${type} has no attribute ${attribute} on the laptop`)
    return value
  }

  condition(name: string, path: string): boolean {
    const expression = this.#template.Conditions?.[name]
    if (expression === undefined) throw new TemplateError(path, `there is no condition ${name}`)
    return this.#guard(`Conditions.${name}`, () => resolveCondition(expression, this, `Conditions.${name}`))
  }

  mapping(map: string, first: string, second: string, path: string): unknown {
    const value = this.#template.Mappings?.[map]?.[first]?.[second]
    if (value === undefined) throw new TemplateError(path, `there is no mapping ${map}.${first}.${second}`)
    return value
  }

  #isWanted(logicalId: string): boolean {
    const condition = this.#template.Resources[logicalId]?.Condition
    return condition === undefined || this.condition(condition, `Resources.${logicalId}.Condition`)
  }

  #referred(logicalId: string, path: string): Resource {
    if (!Object.hasOwn(this.#template.Resources, logicalId)) {
      throw new TemplateError(
        path,
        `refers to ${logicalId}, which is neither a resource nor a parameter of the template`,
      )
    }
    if (!this.#isWanted(logicalId)) {
      throw new TemplateError(path, `refers to ${logicalId}, whose condition is false`)
    }
    return this.#resource(logicalId)
  }

  #resource(logicalId: string): Resource {
    const known = this.#resources.get(logicalId)
    if (known !== undefined) return known
    return this.#guard(`Resources.${logicalId}`, () => {
      const resource = this.#make(logicalId, this.#template.Resources[logicalId]!)
      this.#resources.set(logicalId, resource)
      return resource
    })
  }

  #make(logicalId: string, source: TemplateResource): Resource {
    const path = `Resources.${logicalId}`
    const kind = resourceKind(source.Type)
    if (kind === undefined) throw new TemplateError(path, `the laptop stack has no resource type ${source.Type}`)
    this.#makeDependencies(source, path)
    const properties = resolve(source.Properties ?? {}, this, `${path}.Properties`) as Record<string, unknown>
    const facts = this.#facts(logicalId, source.Type, properties)
    const physicalId = kind.physicalId(facts)
    return {
      logicalId,
      type: source.Type,
      properties,
      physicalId,
      attributes: kind.attributes?.(facts, physicalId) ?? {},
    }
  }

  #makeDependencies(source: TemplateResource, path: string): void {
    for (const other of [source.DependsOn ?? []].flat()) {
      if (!Object.hasOwn(this.#template.Resources, other)) {
        throw new TemplateError(`${path}.DependsOn`, `there is no resource ${other}`)
      }
      if (this.#isWanted(other)) this.#resource(other)
    }
  }

  #facts(logicalId: string, type: string, properties: Record<string, unknown>): ResourceFacts {
    const { accountId, region, nameResource } = this.#options
    const generatedName = nameResource?.(logicalId, type) ?? physicalName(this.#stackName, logicalId, type)
    const name = (property: string): string => {
      const given = properties[property]
      return typeof given === 'string' ? given : generatedName
    }
    return { stackName: this.#stackName, logicalId, properties, accountId, region, generatedName, name }
  }

  #guard<T>(path: string, work: () => T): T {
    if (this.#underway.includes(path)) {
      const circle = [...this.#underway.slice(this.#underway.indexOf(path)), path]
      throw new TemplateError(path, `circular dependency: ${circle.map((step) => step.split('.').at(-1)).join(' → ')}`)
    }
    this.#underway.push(path)
    try {
      return work()
    } finally {
      this.#underway.pop()
    }
  }
}
