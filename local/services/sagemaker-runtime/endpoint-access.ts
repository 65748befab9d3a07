import type { Clock } from '../../clock.ts'
import type { ServiceRequest } from '../../http/service.ts'
import { type Scope, sagemakerArn } from '../sagemaker/arns.ts'
import type { Fleets } from '../sagemaker/hosting/hosting.ts'
import type { Instance } from '../sagemaker/hosting/instance.ts'
import type { EndpointRecord } from '../sagemaker/records.ts'
import type { RoleClients } from '../sagemaker/role-clients.ts'
import { endpointNotFound } from './invocation-errors.ts'

/** What the runtime sees of SageMaker. */
export interface RuntimeContext {
  scope: Scope
  clock: Clock
  findEndpoint(name: string): EndpointRecord | undefined
  fleetsOf(name: string): Fleets | undefined
  roleClients: RoleClients
  newId(): string
}

/** Statuses in which an endpoint takes invocations. */
const SERVING = new Set<string>(['InService', 'Updating', 'RollingBack'])

/** The endpoint, if the caller may invoke it and it is in service. */
export function findInvocable(
  context: RuntimeContext,
  request: ServiceRequest,
  action: string,
  name: string,
): EndpointRecord {
  request.authorize(`sagemaker:${action}`, sagemakerArn(context.scope, 'endpoint', name))
  const record = context.findEndpoint(name)
  if (record === undefined || !SERVING.has(record.status)) throw endpointNotFound(context.scope, name)
  return record
}

/** Variant → its share of invocations so far, so that weights are kept exactly and not by chance. */
export type Shares = Map<string, number>

/** The least busy instance of the variant that is due by its weight; undefined when none can serve now. */
export function pickInstance(
  { name, variants }: EndpointRecord,
  fleets: Fleets,
  { shares, target }: { shares: Shares; target?: string | undefined },
): Instance | undefined {
  const shareOf = (variantName: string, weight: number): number =>
    ((shares.get(`${name}\0${variantName}`) ?? 0) + 1) / weight
  const candidates = variants
    .filter((variant) => (target === undefined ? variant.weight > 0 : variant.name === target))
    .map((variant) => ({ variant, instance: fleets.get(variant.name)?.ready()[0] }))
    .filter(({ instance }) => instance !== undefined)
    .sort((a, b) => shareOf(a.variant.name, a.variant.weight || 1) - shareOf(b.variant.name, b.variant.weight || 1))
  const [chosen] = candidates
  if (chosen === undefined) return undefined
  const key = `${name}\0${chosen.variant.name}`
  shares.set(key, (shares.get(key) ?? 0) + 1)
  return chosen.instance
}
