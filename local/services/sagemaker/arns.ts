/** Where the resources of one stack live. */
export interface Scope {
  region: string
  accountId: string
}

export type ResourceType = 'endpoint' | 'endpoint-config' | 'model' | 'training-job'

/** SageMaker writes names in ARNs in small letters. */
export function sagemakerArn({ region, accountId }: Scope, type: ResourceType, name: string): string {
  return `arn:aws:sagemaker:${region}:${accountId}:${type}/${name.toLowerCase()}`
}

/** The log group of an endpoint's containers. */
export function logGroupOf(endpointName: string): string {
  return `/aws/sagemaker/Endpoints/${endpointName}`
}

/** The log group of all training jobs. */
export const TRAINING_LOG_GROUP = '/aws/sagemaker/TrainingJobs'
