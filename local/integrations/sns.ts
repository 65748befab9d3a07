import type { Action } from './integration.ts'
import { callOptimized, type OptimizedService } from './optimized-call.ts'
import type { SdkCaller } from './sdk-call.ts'

const SNS: OptimizedService = { errorPrefix: 'SNS', serviceName: 'AmazonSNS', baseError: 'AmazonSNSException' }

/** `arn:aws:states:::sns:publish`; a message that is an object is sent as its JSON text. */
export function createSnsActions(sdk: SdkCaller): Record<string, Action> {
  return {
    publish: { patterns: ['requestResponse', 'waitForTaskToken'], call: (call) => callOptimized(sdk, call, SNS) },
  }
}
