import type { AsyncInference } from '../sagemaker/records.ts'
import type { AsyncRequest, ResultMessage } from './async-request.ts'

/** How an asynchronous invocation came out. */
export type AsyncOutcome =
  | { status: 'Completed'; contentType: string; body: Buffer }
  | { status: 'Failed'; reason: string; contentType?: string; body?: Buffer }

/** The largest response that is part of a notification. */
const LARGEST_RESPONSE = 128 * 1024

/** What the success or the error topic is told, as AWS writes it. */
export function resultMessage(
  request: AsyncRequest,
  outcome: AsyncOutcome,
  { config, region, now }: { config: AsyncInference; region: string; now: number },
): ResultMessage {
  const isCompleted = outcome.status === 'Completed'
  const topicArn = isCompleted ? config.successTopic : config.errorTopic
  const { failureLocation } = request
  const document = {
    awsRegion: region,
    eventTime: new Date(now).toISOString(),
    receivedTime: new Date(request.receivedAt).toISOString(),
    invocationStatus: outcome.status,
    ...(isCompleted ? {} : { failureReason: outcome.reason }),
    requestParameters: {
      accept: request.accept,
      contentType: request.contentType,
      customAttributes: request.customAttributes,
      endpointName: request.endpointName,
      inputLocation: request.inputLocation,
    },
    ...(isCompleted && {
      responseParameters: { contentType: outcome.contentType, outputLocation: request.outputLocation },
    }),
    ...(!isCompleted && failureLocation !== undefined && { failureLocation }),
    ...responseBody(outcome, config),
    inferenceId: request.inferenceId,
    eventVersion: '1.0',
    eventSource: 'aws:sagemaker',
    eventName: 'InferenceResult',
  }
  return { message: JSON.stringify(document), ...(topicArn !== undefined && { topicArn }) }
}

function responseBody({ status, body }: AsyncOutcome, { includeResponseIn }: AsyncInference): object {
  const topic = status === 'Completed' ? 'SUCCESS_NOTIFICATION_TOPIC' : 'ERROR_NOTIFICATION_TOPIC'
  if (!includeResponseIn.includes(topic) || body === undefined || body.length > LARGEST_RESPONSE) return {}
  return {
    responseBody: {
      content: body.toString('base64'),
      message: 'Check S3 path location(if configured) or Cloudwatch for additional details.',
      encoding: 'BASE64',
    },
  }
}
