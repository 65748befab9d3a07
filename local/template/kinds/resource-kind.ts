import { stableId } from '../stable-ids.ts'

/** What a resource's identifiers are made from. */
export interface ResourceFacts {
  stackName: string
  logicalId: string
  properties: Readonly<Record<string, unknown>>
  accountId: string
  region: string
  /** The property's text when the template gives it, else the name CloudFormation would make up. */
  name(property: string): string
  /** The name CloudFormation would make up. */
  generatedName: string
}

/** How the identifiers of one resource type are made. */
export interface ResourceKind {
  /** The value of `Ref`. */
  physicalId(facts: ResourceFacts): string
  /** The values of `Fn::GetAtt`. */
  attributes?(facts: ResourceFacts, physicalId: string): Record<string, string>
}

/** `arn:aws:<service>:<region>:<account>:<resource>` in the stack's region and account. */
export function arn(facts: ResourceFacts, service: string, resource: string): string {
  return `arn:aws:${service}:${facts.region}:${facts.accountId}:${resource}`
}

/** An identifier that AWS would draw at random. */
export function drawnId(facts: ResourceFacts, length: number): string {
  return stableId(`${facts.stackName}/${facts.logicalId}`, length)
}

/** A resource whose `Ref` is the name AWS makes up, and which has no other identifiers. */
export const unnamed: ResourceKind = { physicalId: (facts) => facts.generatedName }
