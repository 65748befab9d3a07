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
import { changeEndpoint } from '../../shared/endpoints/write-endpoint.ts'
import { EndpointBusyError, EndpointNotFoundError, InvalidRequestError } from '../../shared/errors.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { readJsonBody } from '../../shared/http/json-body.ts'
import { newId } from '../../shared/new-id.ts'
import type { EndpointsContext } from './endpoints-context.ts'
import { readUpdateEndpoint } from './update-request.ts'

const LONGEST_NAME = 63

/**
 * Changes instance type and count without downtime: SageMaker brings up the new instances beside the old ones. Answers
 * the record, which is `Updating` until SageMaker's event says what came of it.
 */
export async function updateEndpoint(context: EndpointsContext, request: ApiRequest): Promise<EndpointRecord> {
  const name = request.pathParameters?.name ?? ''
  const wish = readUpdateEndpoint(readJsonBody(request), context.settings.maxInstances)
  const endpoint = name.length <= LONGEST_NAME ? await findEndpointByName(context.endpointsTable, name) : undefined
  if (!endpoint) throw new EndpointNotFoundError(`endpoint not found with name ${name.slice(0, LONGEST_NAME)}`)
  checkChangeable(endpoint)
  const pending = pendingOf(endpoint, wish, newId(context.clock))
  if (pending.instanceType === endpoint.instanceType && pending.instanceCount === endpoint.instanceCount)
    return endpoint
  const change = { status: 'Updating', pending, updatedAt: isoTime(context.clock.now()) } as const
  if (!(await changeEndpoint(context.endpointsTable, endpoint, change))) throw busy(endpoint.name, 'changing just now')
  const changed = { ...endpoint, ...change }
  await changeAtSageMaker(context, changed)
  return changed
}

function checkChangeable({ name, status, autoscaling }: EndpointRecord): void {
  if (status !== 'InService') throw busy(name, status)
  if (!autoscaling) return
  throw new InvalidRequestError(
    `The endpoint ${name} scales by itself, and SageMaker changes no instances under a scaling policy: delete it and deploy it anew`,
  )
}

function busy(name: string, how: string): EndpointBusyError {
  return new EndpointBusyError(`The endpoint ${name} is ${how}: try again when it is InService`)
}

function pendingOf(
  { name, instanceType, instanceCount }: EndpointRecord,
  wish: { instanceType?: string; instanceCount?: number },
  id: string,
): PendingChange {
  const suffix = `-${id.slice(-7)}`
  return { instanceType, instanceCount, ...wish, configName: `${name.slice(0, LONGEST_NAME - suffix.length)}${suffix}` }
}

/** What SageMaker refuses leaves the endpoint as it was. */
async function changeAtSageMaker(
  context: EndpointsContext,
  endpoint: EndpointRecord & { pending: PendingChange },
): Promise<void> {
  const { name: EndpointName, pending } = endpoint
  try {
    await createConfig(endpoint)
    const update = new UpdateEndpointCommand({ EndpointName, EndpointConfigName: pending.configName })
    await withTransientErrors(() => sagemaker.send(update))
  } catch (error) {
    await takeBack(context, endpoint)
    if (!isRefusal(error)) throw error
    throw new InvalidRequestError(`SageMaker refused the change: ${(error as Error).message}`, { cause: error })
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

async function takeBack(
  context: EndpointsContext,
  endpoint: EndpointRecord & { pending: PendingChange },
): Promise<void> {
  const remove = new DeleteEndpointConfigCommand({ EndpointConfigName: endpoint.pending.configName })
  await sagemaker.send(remove).catch(() => undefined)
  const updatedAt = isoTime(context.clock.now())
  await changeEndpoint(context.endpointsTable, endpoint, { status: 'InService', pending: undefined, updatedAt })
}

function isRefusal(error: unknown): boolean {
  return ['ValidationException', 'ResourceLimitExceeded', 'ResourceInUse'].includes((error as Error).name)
}
