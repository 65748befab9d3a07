import { SageMakerClient } from '@aws-sdk/client-sagemaker'

/** The SageMaker client of every function. */
export const sagemaker = new SageMakerClient({})
