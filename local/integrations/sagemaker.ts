import type { Action } from './integration.ts'
import { callOptimized, type OptimizedService } from './optimized-call.ts'
import type { SdkCaller } from './sdk-call.ts'

const SAGEMAKER: OptimizedService = {
  errorPrefix: 'SageMaker',
  serviceName: 'AmazonSageMaker',
  baseError: 'AmazonSageMakerException',
}

const ACTIONS = ['createModel', 'createEndpointConfig', 'createEndpoint', 'updateEndpoint'] as const

/** `arn:aws:states:::sagemaker:<action>`; Step Functions waits for none of these. */
export function createSageMakerActions(sdk: SdkCaller): Record<string, Action> {
  const action: Action = { patterns: ['requestResponse'], call: (call) => callOptimized(sdk, call, SAGEMAKER) }
  return Object.fromEntries(ACTIONS.map((name) => [name, action]))
}
