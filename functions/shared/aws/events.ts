import { EventBridgeClient } from '@aws-sdk/client-eventbridge'

/** The EventBridge client of every function. */
export const events = new EventBridgeClient({})
