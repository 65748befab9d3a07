import { isVersion, parseMachineReference } from '../arns.ts'
import { statesError } from '../errors.ts'
import type { MachineAlias, MachineRecord } from './machine-record.ts'
import type { MachineRegistry } from './machine-registry.ts'

/** A route as the API carries it. */
export interface Route {
  stateMachineVersionArn: string
  weight: number
}

/** Checks the routes of an alias: one or two existing versions of one machine, weights that sum to 100. */
export function requireRoutes(machines: MachineRegistry, routes: Route[]): MachineRecord {
  const arns = routes.map((route) => route.stateMachineVersionArn)
  const references = arns.map((arn) => parseMachineReference(arn))
  if (!references.every(({ qualifier }) => qualifier !== undefined && isVersion(qualifier)))
    throw validation(`Routing configuration must contain state machine version ARNs. Received: [${arns.join(', ')}]`)
  const [first] = references
  if (references.some(({ machineArn }) => machineArn !== first!.machineArn))
    throw validation('Routing configuration must contain versions of one state machine.')
  if (routes.reduce((sum, { weight }) => sum + weight, 0) !== 100)
    throw validation('Sum of routing configuration weights must equal 100.')
  const machine = machines.find(first!.machineArn)
  const known = new Set(machine?.versions.map(({ version }) => String(version)))
  if (!machine || !references.every(({ qualifier }) => known.has(qualifier!))) throw missingResource()
  return machine
}

/** Finds an alias by its ARN; throws AWS's `ResourceNotFound`. */
export function requireAlias(machines: MachineRegistry, arn: string): { machine: MachineRecord; alias: MachineAlias } {
  const { machineArn, qualifier } = parseMachineReference(arn)
  const machine = machines.find(machineArn)
  const alias = machine?.aliases.find(({ name }) => name === qualifier)
  if (!machine || !alias) throw missingResource()
  return { machine, alias }
}

/** Routes as the machine record keeps them. */
export function storedRoutes(routes: Route[]): MachineAlias['routes'] {
  return routes.map(({ stateMachineVersionArn, weight }) => ({ versionArn: stateMachineVersionArn, weight }))
}

function missingResource(): Error {
  return statesError('ResourceNotFound', 'Request references a resource that does not exist.')
}

function validation(text: string): Error {
  return statesError('ValidationException', text)
}
