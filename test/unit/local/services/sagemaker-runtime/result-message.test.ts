import { expect } from 'chai'
import type { AsyncRequest } from '../../../../../local/services/sagemaker-runtime/async-request.ts'
import { resultMessage } from '../../../../../local/services/sagemaker-runtime/result-message.ts'

const request: AsyncRequest = {
  id: '1',
  endpointName: 'e',
  inferenceId: 'inference',
  inputLocation: 's3://b/in',
  outputLocation: 's3://b/out/1.out',
  failureLocation: 's3://b/failed/1-error.out',
  receivedAt: 0,
  expiresAt: 1,
  timeout: 1,
  roleArn: 'role',
}
const config = {
  outputPath: 's3://b/out',
  successTopic: 'success',
  errorTopic: 'error',
  includeResponseIn: [] as string[],
}

describe('the message about an asynchronous result', () => {
  it('goes to the error topic with the reason when the invocation failed', () => {
    const { topicArn, message } = resultMessage(
      request,
      { status: 'Failed', reason: 'ClientError: no' },
      { config, region: 'r', now: 2_500 },
    )
    expect(topicArn).to.equal('error')
    expect(JSON.parse(message)).to.deep.equal({
      awsRegion: 'r',
      eventTime: '1970-01-01T00:00:02.500Z',
      receivedTime: '1970-01-01T00:00:00.000Z',
      invocationStatus: 'Failed',
      failureReason: 'ClientError: no',
      requestParameters: { endpointName: 'e', inputLocation: 's3://b/in' },
      failureLocation: 's3://b/failed/1-error.out',
      inferenceId: 'inference',
      eventVersion: '1.0',
      eventSource: 'aws:sagemaker',
      eventName: 'InferenceResult',
    })
  })

  it('has the response in it only when asked for, and when it is small', () => {
    const told = { ...config, includeResponseIn: ['SUCCESS_NOTIFICATION_TOPIC'] }
    const bodyOf = (size: number, settings: typeof config): unknown => {
      const outcome = { status: 'Completed' as const, contentType: 'text/plain', body: Buffer.alloc(size, 'a') }
      return JSON.parse(resultMessage(request, outcome, { config: settings, region: 'r', now: 0 }).message).responseBody
    }
    expect(bodyOf(3, told)).to.include({ content: 'YWFh', encoding: 'BASE64' })
    expect(bodyOf(3, config)).to.equal(undefined)
    expect(bodyOf(128 * 1024 + 1, told)).to.equal(undefined)
  })
})
