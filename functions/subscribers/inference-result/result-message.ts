import { isJsonObject, type JsonObject } from '../../shared/http/json-body.ts'

/** What SageMaker publishes about an asynchronous inference, as far as it is read here. */
export interface ResultMessage {
  inferenceId: string
  completed: boolean
  outputLocation?: string
  failureLocation?: string
  failureReason?: string
}

/** The message of either topic; undefined when it is not about the end of an inference that has an id. */
export function readResultMessage(text: string): ResultMessage | undefined {
  const message = parse(text)
  if (!message || typeof message.invocationStatus !== 'string' || typeof message.inferenceId !== 'string') {
    return undefined
  }
  const response = isJsonObject(message.responseParameters) ? message.responseParameters : {}
  return {
    inferenceId: message.inferenceId,
    completed: message.invocationStatus === 'Completed',
    ...textFields({
      outputLocation: response.outputLocation,
      failureLocation: response.failureLocation ?? message.failureLocation,
      failureReason: message.failureReason,
    }),
  }
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function textFields(fields: Record<string, unknown>): Record<string, string> {
  const texts = Object.entries(fields).filter(([, value]) => typeof value === 'string' && value !== '')
  return Object.fromEntries(texts) as Record<string, string>
}
