import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../../clock.ts'
import type { Resource, Stack } from '../../../template/stack.ts'
import type { Answer } from '../invocation.ts'
import type { CustomResourceStore, StoredCustomResource } from './resource-store.ts'
import { type CustomResourceResponse, openResponseUrl } from './response-url.ts'

/** How long after its function has returned a custom resource may still answer. */
const GRACE_MILLISECONDS = 5000

/** Types that set up an AWS account rather than the stack: there is nothing to set up on a laptop. */
const ACCOUNT_WIDE = new Set(['Custom::ApiGatewayAccountRole'])

export interface CustomResourceOptions {
  invoke(functionArn: string, payload: string): Promise<Answer>
  store: CustomResourceStore
  clock: Clock
}

/** A custom resource did not succeed; the stack is not as its template says. */
export class CustomResourceError extends Error {
  override readonly name = 'CustomResourceError'

  constructor(logicalId: string, reason: string) {
    super(`Custom resource ${logicalId} failed: ${reason}`)
  }
}

/**
 * Creates the stack's custom resources, and updates those whose properties have changed since the store last saw them, one after the other
 * in the template's order. Resources that left the template are not deleted. Answers the logical ids of those it ran.
 */
export async function runCustomResources(stack: Stack, options: CustomResourceOptions): Promise<string[]> {
  const changed = [...stack.resources.values()].filter(
    (resource) =>
      isCustomResource(resource) &&
      !isDeepStrictEqual(options.store.get(resource.logicalId)?.properties, resource.properties),
  )
  for (const resource of changed) await runCustomResource(stack, resource, options)
  return changed.map(({ logicalId }) => logicalId)
}

function isCustomResource({ type }: Resource): boolean {
  return (type === 'AWS::CloudFormation::CustomResource' || type.startsWith('Custom::')) && !ACCOUNT_WIDE.has(type)
}

async function runCustomResource(stack: Stack, resource: Resource, options: CustomResourceOptions): Promise<void> {
  const { logicalId, properties } = resource
  const { store } = options
  const responseUrl = await openResponseUrl()
  try {
    const event = requestEvent(stack, resource, { before: store.get(logicalId), responseUrl: responseUrl.url })
    const serviceToken = String(properties.ServiceToken)
    const answer = await options.invoke(serviceToken, JSON.stringify(event))
    if (answer.functionError !== undefined) throw new CustomResourceError(logicalId, functionReason(answer))
    const response = await within(GRACE_MILLISECONDS, responseUrl.response, options.clock)
    if (response === undefined)
      throw new CustomResourceError(logicalId, `${serviceToken} returned without answering its ResponseURL`)
    if (response.Status === 'FAILED')
      throw new CustomResourceError(logicalId, response.Reason ?? 'its function gave no reason')
    const physicalResourceId = response.PhysicalResourceId ?? resource.physicalId
    store.set(logicalId, { physicalResourceId, properties: { ...properties } })
  } finally {
    responseUrl.close()
  }
}

interface Circumstances {
  before: StoredCustomResource | undefined
  responseUrl: string
}

function requestEvent(stack: Stack, resource: Resource, { before, responseUrl }: Circumstances): object {
  return {
    RequestType: before === undefined ? 'Create' : 'Update',
    ServiceToken: resource.properties.ServiceToken,
    ResponseURL: responseUrl,
    StackId: stack.id,
    RequestId: randomUUID(),
    ResourceType: resource.type,
    LogicalResourceId: resource.logicalId,
    ...(before !== undefined && {
      PhysicalResourceId: before.physicalResourceId,
      OldResourceProperties: before.properties,
    }),
    ResourceProperties: resource.properties,
  }
}

function functionReason({ payload }: Answer): string {
  const { errorType, errorMessage } = JSON.parse(payload) as { errorType: string; errorMessage: string }
  return `${errorType}: ${errorMessage}`
}

function within(
  milliseconds: number,
  response: Promise<CustomResourceResponse>,
  clock: Clock,
): Promise<CustomResourceResponse | undefined> {
  return new Promise((resolve) => {
    const cancel = clock.setTimer(clock.now() + milliseconds, () => resolve(undefined))
    void response.then((value) => {
      cancel()
      resolve(value)
    })
  })
}
