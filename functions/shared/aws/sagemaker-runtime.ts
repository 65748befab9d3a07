import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'

/** The client that invokes endpoints. Not retried by the SDK: a request that is sent twice is rendered twice. */
export const sagemakerRuntime = new SageMakerRuntimeClient({ maxAttempts: 1 })
