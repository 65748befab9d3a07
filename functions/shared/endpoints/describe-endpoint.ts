import { DescribeEndpointCommand, type DescribeEndpointCommandOutput } from '@aws-sdk/client-sagemaker'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { sagemaker } from '../aws/sagemaker.ts'

/** What SageMaker says of an endpoint; `Gone` where it knows none of that name. */
export interface EndpointDescription {
  /** SageMaker's own word, or `Gone`. */
  status: string
  reason: string
  configName: string
  instances: number
}

const GONE: EndpointDescription = { status: 'Gone', reason: '', configName: '', instances: 0 }

/** Asks SageMaker how an endpoint is. */
export async function describeEndpoint(name: string): Promise<EndpointDescription> {
  try {
    return read(await withTransientErrors(() => sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }))))
  } catch (error) {
    if (isNotFound(error)) return GONE
    throw error
  }
}

/** SageMaker has no error name for a thing that is not there: the text of its validation error tells. */
export function isNotFound(error: unknown): boolean {
  return /could not find/i.test((error as Error)?.message ?? '')
}

function read(answer: DescribeEndpointCommandOutput): EndpointDescription {
  return {
    status: String(answer.EndpointStatus),
    reason: answer.FailureReason ?? '',
    configName: answer.EndpointConfigName ?? '',
    instances: answer.ProductionVariants?.[0]?.CurrentInstanceCount ?? 0,
  }
}
