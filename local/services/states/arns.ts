import { statesError } from './errors.ts'

/** What an ARN of this service names: `arn:aws:states:<region>:<account>:<type>:<name>…`. */
export interface StatesArn {
  region: string
  accountId: string
  type: string
  /** Everything after the type, split at colons. */
  path: string[]
}

/** Where the ARNs of this stack live. */
export interface ArnScope {
  region: string
  accountId: string
}

const NAME = /^[^\s\p{Cc}<>{}[\]?*"#%\\^|~`$&,;:/\ufffe\uffff]+$/u

/** Refuses a name that AWS refuses: white space, control characters, wildcards and a list of punctuation marks. */
export function requireName(name: string): string {
  if (!NAME.test(name) || name.length > 80) throw statesError('InvalidName', name)
  return name
}

/** Reads an ARN of this service, of one of the `types`; throws AWS's `InvalidArn` otherwise. */
export function parseArn(arn: string, types: readonly string[]): StatesArn {
  const parts = arn.split(':')
  const [prefix, partition, service, region, accountId, type, ...path] = parts
  if (prefix !== 'arn' || !partition?.startsWith('aws')) throw statesError('InvalidArn', `Invalid ARN prefix: ${arn}`)
  if (service !== 'states' || !region || !accountId || !type || path.some((part) => part === '') || path.length === 0)
    throw statesError('InvalidArn', `Invalid ARN: ${arn}`)
  if (!types.includes(type)) throw statesError('InvalidArn', `Resource type not valid in this context: ${type}`)
  return { region, accountId, type, path }
}

/** Joins an ARN of this service. */
export function formatArn(scope: ArnScope, type: string, ...path: string[]): string {
  return `arn:aws:states:${scope.region}:${scope.accountId}:${type}:${path.join(':')}`
}

/** A reference to a machine as the API takes it: the machine, one of its versions, or an alias. */
export interface MachineReference {
  machineArn: string
  /** The digits of a version or the name of an alias. */
  qualifier?: string
}

/** Splits `…:stateMachine:name[:qualifier]`. */
export function parseMachineReference(arn: string): MachineReference {
  const parsed = parseArn(arn, ['stateMachine'])
  const [name, qualifier] = parsed.path
  const machineArn = formatArn(parsed, 'stateMachine', name!)
  return qualifier === undefined ? { machineArn } : { machineArn, qualifier }
}

/** True for a qualifier that names a version rather than an alias. */
export function isVersion(qualifier: string): boolean {
  return /^\d+$/.test(qualifier)
}
