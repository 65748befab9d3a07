import {
  CreateEndpointConfigCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointConfigCommand,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { sagemaker } from '../../shared/aws/sagemaker.ts'
import { isoTime } from '../../shared/clock.ts'
import type { EndpointRecord, PendingChange } from '../../shared/endpoints/endpoint-record.ts'
import { findEndpointByName } from '../../shared/endpoints/read-endpoint.ts'
import {
  changeBounds,
  readScaling,
  startScaling,
  stopScaling,
  stopScalingOfDeleted,
} from '../../shared/endpoints/scale-endpoint.ts'
import { changeEndpoint } from '../../shared/endpoints/write-endpoint.ts'
import { EndpointBusyError, EndpointNotFoundError, InvalidRequestError } from '../../shared/errors.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { readJsonBody } from '../../shared/http/json-body.ts'
import { newId } from '../../shared/new-id.ts'
import type { EndpointsContext } from './endpoints-context.ts'
import { type Bounds, planUpdate } from './plan-update.ts'
import { readUpdateEndpoint } from './update-request.ts'

const LONGEST_NAME = 63

const REFUSALS: ReadonlySet<string> = new Set(['ValidationException', 'ResourceLimitExceeded', 'ResourceInUse'])

/**
 * Changes instance type and count without downtime: SageMaker brings up the new instances beside the old ones. Answers
 * the record, which is `Updating` until SageMaker's event says what came of it. Bounds of scaling alone change at once.
 */
export async function updateEndpoint(context: EndpointsContext, request: ApiRequest): Promise<EndpointRecord> {
  const name = request.pathParameters?.name ?? ''
  const wish = readUpdateEndpoint(readJsonBody(request), context.settings.maxInstances)
  const endpoint = name.length <= LONGEST_NAME ? await findEndpointByName(context.endpointsTable, name) : undefined
  if (!endpoint) throw new EndpointNotFoundError(`endpoint not found with name ${name.slice(0, LONGEST_NAME)}`)
  if (endpoint.status !== 'InService') throw busy(endpoint.name, endpoint.status)
  const { instances, bounds } = planUpdate(endpoint, wish)
  if (instances) return changeInstances(context, endpoint, { ...instances, ...bounds })
  return bounds ? changeBoundsOnly(context, endpoint, bounds) : endpoint
}

function busy(name: string, how: string): EndpointBusyError {
  return new EndpointBusyError(`The endpoint ${name} is ${how}: try again when it is InService`)
}

async function changeInstances(
  context: EndpointsContext,
  endpoint: EndpointRecord,
  wanted: Omit<PendingChange, 'configName' | 'scaling'>,
): Promise<EndpointRecord> {
  const configName = configNameOf(endpoint, newId(context.clock))
  const scaling = endpoint.autoscaling ? { scaling: await readScaling(endpoint.name) } : {}
  const changed = await change(context, endpoint, {
    status: 'Updating',
    pending: { ...wanted, configName, ...scaling },
  })
  await changeAtSageMaker(context, changed)
  return changed
}

/** The record first: what changes it at the same time, a deletion above all, is then told apart before anything is done. */
async function changeBoundsOnly(
  context: EndpointsContext,
  endpoint: EndpointRecord,
  bounds: Bounds,
): Promise<EndpointRecord> {
  const changed = await change(context, endpoint, bounds)
  try {
    await changeBounds(changed)
  } catch (error) {
    const { minInstances, maxInstances } = endpoint
    const updatedAt = isoTime(context.clock.now())
    await changeEndpoint(context.endpointsTable, changed, { minInstances, maxInstances, updatedAt })
    throw asRefusal(error, 'Application Auto Scaling')
  }
  return changed
}

async function change<Change extends Partial<EndpointRecord>>(
  { endpointsTable, clock }: EndpointsContext,
  endpoint: EndpointRecord,
  wanted: Change,
): Promise<EndpointRecord & Change> {
  const made = { ...wanted, updatedAt: isoTime(clock.now()) }
  if (!(await changeEndpoint(endpointsTable, endpoint, made))) throw busy(endpoint.name, 'changing just now')
  return { ...endpoint, ...made }
}

function configNameOf({ name }: EndpointRecord, id: string): string {
  const suffix = `-${id.slice(-7)}`
  return `${name.slice(0, LONGEST_NAME - suffix.length)}${suffix}`
}

/** What SageMaker refuses leaves the endpoint as it was. */
async function changeAtSageMaker(
  context: EndpointsContext,
  endpoint: EndpointRecord & { pending: PendingChange },
): Promise<void> {
  const { name: EndpointName, pending } = endpoint
  try {
    if (pending.scaling) await stopScaling(EndpointName)
    await createConfig(endpoint)
    const update = new UpdateEndpointCommand({ EndpointName, EndpointConfigName: pending.configName })
    await withTransientErrors(() => sagemaker.send(update))
  } catch (error) {
    await takeBack(context, endpoint)
    throw asRefusal(error, 'SageMaker')
  }
}

/** The configuration of the endpoint as it runs, with other instances. */
async function createConfig({ configName, pending }: EndpointRecord & { pending: PendingChange }): Promise<void> {
  const describe = new DescribeEndpointConfigCommand({ EndpointConfigName: configName })
  const now = await withTransientErrors(() => sagemaker.send(describe))
  const create = new CreateEndpointConfigCommand({
    EndpointConfigName: pending.configName,
    ProductionVariants: (now.ProductionVariants ?? []).map((variant) => ({
      ...variant,
      InstanceType: pending.instanceType as never,
      InitialInstanceCount: pending.instanceCount,
    })),
    ...(now.AsyncInferenceConfig ? { AsyncInferenceConfig: now.AsyncInferenceConfig } : {}),
  })
  await withTransientErrors(() => sagemaker.send(create))
}

/** Scaling comes before the record forgets it. */
async function takeBack(
  { endpointsTable, clock }: EndpointsContext,
  endpoint: EndpointRecord & { pending: PendingChange },
): Promise<void> {
  const { configName, scaling } = endpoint.pending
  const remove = new DeleteEndpointConfigCommand({ EndpointConfigName: configName })
  await sagemaker.send(remove).catch(() => undefined)
  if (scaling) await startScaling(endpoint, scaling)
  const before = { status: 'InService', pending: undefined, updatedAt: isoTime(clock.now()) } as const
  if (await changeEndpoint(endpointsTable, endpoint, before)) return
  if (scaling) await stopScalingOfDeleted(endpointsTable, endpoint)
}

/** What a service would refuse again is the caller's to mend. */
function asRefusal(error: unknown, service: string): unknown {
  const { name, message } = error as Error
  if (!REFUSALS.has(name)) return error
  return new InvalidRequestError(`${service} refused the change: ${message}`, { cause: error })
}
