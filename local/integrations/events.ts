import type { Json, JsonObject } from '../interpreter/contract.ts'
import { type Action, type ServiceCall, TaskError } from './integration.ts'
import { callOptimized, type OptimizedService } from './optimized-call.ts'
import type { SdkCaller } from './sdk-call.ts'

const EVENTS: OptimizedService = {
  errorPrefix: 'EventBridge',
  serviceName: 'AmazonCloudWatchEvents',
  baseError: 'AmazonCloudWatchEventsException',
}

/** `arn:aws:states:::events:putEvents`: execution and machine are added to the resources, one refused entry fails the task. */
export function createEventsActions(sdk: SdkCaller): Record<string, Action> {
  async function putEvents(call: ServiceCall): Promise<Json> {
    const parameters = { ...call.parameters, Entries: entriesOf(call).map((entry) => withOrigin(entry, call)) }
    const request = { ...call, service: 'eventbridge', parameters }
    const answer = (await callOptimized(sdk, request, EVENTS)) as JsonObject
    if (answer.FailedEntryCount !== 0) {
      const { Entries, FailedEntryCount } = answer
      throw new TaskError('EventBridge.FailedEntry', JSON.stringify({ Entries, FailedEntryCount }))
    }
    return answer
  }
  return { putEvents: { patterns: ['requestResponse', 'waitForTaskToken'], call: putEvents } }
}

function entriesOf(call: ServiceCall): JsonObject[] {
  const { Entries } = call.parameters
  return Array.isArray(Entries) ? (Entries as JsonObject[]) : []
}

function withOrigin(entry: JsonObject, call: ServiceCall): JsonObject {
  const given = Array.isArray(entry.Resources) ? (entry.Resources as Json[]) : []
  return { ...entry, Resources: [...given, call.executionArn, call.stateMachineArn] }
}
