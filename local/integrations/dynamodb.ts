import type { Action } from './integration.ts'
import { callOptimized, type OptimizedService } from './optimized-call.ts'
import type { SdkCaller } from './sdk-call.ts'

const DYNAMODB: OptimizedService = {
  errorPrefix: 'DynamoDB',
  serviceName: 'AmazonDynamoDBv2',
  baseError: 'AmazonDynamoDBException',
}

const ACTIONS = ['getItem', 'putItem', 'updateItem', 'deleteItem'] as const

/** `arn:aws:states:::dynamodb:<action>`. */
export function createDynamodbActions(sdk: SdkCaller): Record<string, Action> {
  const action: Action = { patterns: ['requestResponse'], call: (call) => callOptimized(sdk, call, DYNAMODB) }
  return Object.fromEntries(ACTIONS.map((name) => [name, action]))
}
