import type { EndpointRecord } from '../../shared/endpoints/endpoint-record.ts'
import { InvalidRequestError } from '../../shared/errors.ts'
import { refuse } from '../../shared/http/fields.ts'
import type { UpdateEndpoint } from './update-request.ts'

/** Between how many instances an endpoint scales. */
export interface Bounds {
  minInstances: number
  maxInstances: number
}

/** What of a wish is a change; what is as wished already is missing. */
export interface UpdatePlan {
  /** SageMaker has to change over. */
  instances?: { instanceType: string; instanceCount: number }
  bounds?: Bounds
}

/** Compares the wish with the endpoint; throws where the two do not fit together. */
export function planUpdate(endpoint: EndpointRecord, wish: UpdateEndpoint): UpdatePlan {
  const bounds = endpoint.autoscaling ? boundsOf(endpoint, wish) : unbounded(endpoint, wish)
  const { instanceType = endpoint.instanceType } = wish
  const changesType = instanceType !== endpoint.instanceType
  const changesCount = wish.instanceCount !== undefined && wish.instanceCount !== countNow(endpoint)
  return {
    ...(changesType || changesCount
      ? { instances: { instanceType, instanceCount: countOf(endpoint, wish, bounds) } }
      : {}),
    ...(bounds && isChange(endpoint, bounds) ? { bounds } : {}),
  }
}

function unbounded({ name }: EndpointRecord, { minInstances, maxInstances }: UpdateEndpoint): undefined {
  if (minInstances === undefined && maxInstances === undefined) return undefined
  throw new InvalidRequestError(
    `The endpoint ${name} does not scale by itself, so min_instance_number and max_instance_number mean nothing: give instance_count`,
  )
}

function boundsOf(endpoint: EndpointRecord, wish: UpdateEndpoint): Bounds {
  const { minInstances = endpoint.minInstances, maxInstances = endpoint.maxInstances } = wish
  if (minInstances < 1 && endpoint.endpointType === 'Real-time') {
    throw new InvalidRequestError(`min_instance_number should be at least 1 for real-time endpoint: ${minInstances}`)
  }
  if (maxInstances < Math.max(1, minInstances)) {
    refuse('max_instance_number', `is ${maxInstances}`, `give at least min_instance_number, and at least 1`)
  }
  return { minInstances, maxInstances }
}

function isChange({ minInstances, maxInstances }: EndpointRecord, bounds: Bounds): boolean {
  return bounds.minInstances !== minInstances || bounds.maxInstances !== maxInstances
}

/** What the policies have made of the count is on the record apart from what was asked for. */
function countNow({ autoscaling, instanceCount, currentInstanceCount = instanceCount }: EndpointRecord): number {
  return autoscaling ? currentInstanceCount : instanceCount
}

/** An endpoint without an instance changes over with one: SageMaker begins with no less. */
function countOf(endpoint: EndpointRecord, { instanceCount }: UpdateEndpoint, bounds: Bounds | undefined): number {
  if (!bounds) return instanceCount ?? endpoint.instanceCount
  const least = Math.max(1, bounds.minInstances)
  const most = bounds.maxInstances
  if (instanceCount === undefined) return Math.min(Math.max(countNow(endpoint), least), most)
  if (instanceCount >= least && instanceCount <= most) return instanceCount
  return refuse('instance_count', `is ${instanceCount}`, `the endpoint scales between ${least} and ${most}`)
}
