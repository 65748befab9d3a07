import type { JsonOperation } from '../../../http/json-service.ts'
import type { ServiceRequest } from '../../../http/service.ts'
import { checkedOperation } from '../../checked-operation.ts'
import { flag, list, number, oneOf, required, structure } from '../../states/wire/shapes.ts'
import { checkQuotas } from '../quotas.ts'
import type { Deployment, EndpointRecord, Tag } from '../records.ts'
import { authorizeOn, findRecord, type SageMakerContext } from '../sagemaker-context.ts'
import { alreadyExists, inProgress, validationError } from '../sagemaker-errors.ts'
import {
  deploymentOf,
  retainingCapacities,
  uprootedVariants,
  type WeightAndCapacity,
  withCapacities,
} from './deployments.ts'
import { describeEndpoint } from './describe-endpoint.ts'
import { listPage } from './list-page.ts'
import { listing, resourceName, tags } from './members.ts'

const nameInput = structure({ EndpointName: required(resourceName) })

const createInput = structure({
  EndpointName: required(resourceName),
  EndpointConfigName: required(resourceName),
  Tags: tags,
})

const updateInput = structure({
  EndpointName: required(resourceName),
  EndpointConfigName: required(resourceName),
  RetainAllVariantProperties: flag(),
})

const capacitiesInput = structure({
  EndpointName: required(resourceName),
  DesiredWeightsAndCapacities: required(
    list(
      structure({
        VariantName: required(resourceName),
        DesiredWeight: number({ min: 0 }),
        DesiredInstanceCount: number({ min: 0 }),
      }),
      { min: 1 },
    ),
  ),
})

const listInput = structure({
  ...listing,
  SortBy: oneOf('Name', 'CreationTime', 'Status'),
  StatusEquals: oneOf(
    'OutOfService',
    'Creating',
    'Updating',
    'SystemUpdating',
    'RollingBack',
    'InService',
    'Deleting',
    'Failed',
    'UpdateRollbackFailed',
  ),
})

/** Endpoints: create, update, delete. */
export function createEndpointOperations(context: SageMakerContext): Record<string, JsonOperation> {
  const { endpoints, lifecycle, clock } = context
  return {
    CreateEndpoint: checkedOperation(createInput, async (input, request) => {
      const { EndpointName: name, EndpointConfigName, Tags: given = [] } = input
      const arn = authorizeEndpointChange(context, request, { action: 'CreateEndpoint', name, EndpointConfigName })
      if (input.Tags) request.authorize('sagemaker:AddTags', arn)
      if (endpoints.find(name)) throw alreadyExists('endpoint', arn)
      const deployment = deploymentOf(context, findRecord(context, 'endpoint-config', EndpointConfigName))
      checkQuotas(deployment.variants, { endpoints: endpoints.all(), quotas: context.quotas() })
      const now = clock.now()
      const times = { createdAt: now, modifiedAt: now }
      await lifecycle.create({ name, arn, status: 'Creating', ...times, tags: given as Tag[], ...deployment })
      return { EndpointArn: arn }
    }),
    UpdateEndpoint: checkedOperation(updateInput, async (input, request) => {
      const { EndpointName: name, EndpointConfigName, RetainAllVariantProperties = false } = input
      const arn = authorizeEndpointChange(context, request, { action: 'UpdateEndpoint', name, EndpointConfigName })
      const record = changeable(findRecord(context, 'endpoint', name))
      const configured = deploymentOf(context, findRecord(context, 'endpoint-config', EndpointConfigName))
      const next = RetainAllVariantProperties ? retainingCapacities(configured, record) : configured
      checkScalableTargets(context, record, next)
      checkUpdateQuotas(context, record, next)
      await lifecycle.update(record, next)
      return { EndpointArn: arn }
    }),
    UpdateEndpointWeightsAndCapacities: checkedOperation(capacitiesInput, async (input, request) => {
      const { EndpointName: name, DesiredWeightsAndCapacities } = input
      const arn = authorizeOn(context, request, {
        action: 'UpdateEndpointWeightsAndCapacities',
        type: 'endpoint',
        name,
      })
      await changeCapacities(context, name, DesiredWeightsAndCapacities)
      return { EndpointArn: arn }
    }),
    DeleteEndpoint: checkedOperation(nameInput, async ({ EndpointName: name }, request) => {
      authorizeOn(context, request, { action: 'DeleteEndpoint', type: 'endpoint', name })
      await lifecycle.remove(changeable(findRecord(context, 'endpoint', name), { evenFailed: true }))
      return {}
    }),
  }
}

/** Endpoints: describe and list. */
export function createEndpointReadings(context: SageMakerContext): Record<string, JsonOperation> {
  const { endpoints, lifecycle } = context
  return {
    DescribeEndpoint: checkedOperation(nameInput, ({ EndpointName: name }, request) => {
      authorizeOn(context, request, { action: 'DescribeEndpoint', type: 'endpoint', name })
      return describeEndpoint(findRecord(context, 'endpoint', name), lifecycle.fleetsOf(name))
    }),
    ListEndpoints: checkedOperation(listInput, (input, request) => {
      request.authorize('sagemaker:ListEndpoints', '*')
      const asked = endpoints.all().filter(({ status }) => (input.StatusEquals ?? status) === status)
      const { page, ...token } = listPage(asked, input)
      const Endpoints = page.map(({ name, arn, status, createdAt, modifiedAt }) => ({
        EndpointName: name,
        EndpointArn: arn,
        EndpointStatus: status,
        CreationTime: createdAt / 1_000,
        LastModifiedTime: modifiedAt / 1_000,
      }))
      return { Endpoints, ...token }
    }),
  }
}

/** Starts or stops instances of an endpoint in service; throws as UpdateEndpointWeightsAndCapacities does. */
export async function changeCapacities(
  context: SageMakerContext,
  name: string,
  changes: WeightAndCapacity[],
): Promise<void> {
  const record = changeable(findRecord(context, 'endpoint', name))
  const next = withCapacities(record, changes)
  checkUpdateQuotas(context, record, next)
  await context.lifecycle.resize(record, next)
}

function authorizeEndpointChange(
  context: SageMakerContext,
  request: ServiceRequest,
  change: { action: string; name: string; EndpointConfigName: string },
): string {
  const { action, name, EndpointConfigName } = change
  authorizeOn(context, request, { action, type: 'endpoint-config', name: EndpointConfigName })
  return authorizeOn(context, request, { action, type: 'endpoint', name })
}

/** Throws unless the endpoint stands still. */
function changeable(record: EndpointRecord, { evenFailed = false } = {}): EndpointRecord {
  if (record.status === 'InService' || (record.status === 'Failed' && evenFailed)) return record
  throw inProgress(record.arn)
}

/** Application Auto Scaling must let go of a variant before it goes, or goes to other instances. */
function checkScalableTargets({ isScalableTarget }: SageMakerContext, record: EndpointRecord, next: Deployment): void {
  const held = uprootedVariants(record, next).filter((variant) => isScalableTarget(record.name, variant))
  if (held.length === 0) return
  throw validationError(
    `The variant(s) "[${held.join(', ')}]" must be deregistered as scalable targets with AWS Auto Scaling before they can be removed or have their instance type changed.`,
  )
}

function checkUpdateQuotas(context: SageMakerContext, record: EndpointRecord, next: Deployment): void {
  const others = context.endpoints.all().filter(({ name }) => name !== record.name)
  checkQuotas(next.variants, { endpoints: others, quotas: context.quotas() })
}
