import { expect } from 'chai'
import { type IntegrationPorts, type ServiceCall, TaskError } from '../../../../local/integrations/integration.ts'
import { createSageMakerActions } from '../../../../local/integrations/sagemaker.ts'
import type { SdkCaller } from '../../../../local/integrations/sdk-call.ts'

const TrainingJobArn = 'arn:aws:sagemaker:us-east-1:000000000000:training-job/mine'
const taken = new TaskError('SageMaker.ResourceInUseException', 'a training job with this name already exists')
const refused = new TaskError('SageMaker.AmazonSageMakerException', 'no such role')

/** A SageMaker that refuses every job, and has one. */
const actionsOf = (refusal: TaskError) => {
  const sdk = (async ({ action }: ServiceCall) => {
    if (action === 'createTrainingJob') throw refusal
    return { output: { TrainingJobArn }, headers: {}, statusCode: 200, requestId: 'r' }
  }) as unknown as SdkCaller
  return createSageMakerActions(sdk, { authorizeAs: () => undefined } as unknown as IntegrationPorts)
}

const call = (more: Partial<ServiceCall>): ServiceCall => ({
  service: 'sagemaker',
  action: 'createTrainingJob',
  pattern: 'sync',
  parameters: { TrainingJobName: 'mine' },
  roleArn: 'role',
  executionArn: 'execution',
  stateMachineArn: 'machine',
  signal: new AbortController().signal,
  ...more,
})

const begin = (refusal: TaskError, more: Partial<ServiceCall>): Promise<unknown> =>
  (actionsOf(refusal).createTrainingJob?.call(call(more)) ?? Promise.reject(new Error('no action'))).catch(
    (error: Error) => error,
  )

describe('createTrainingJob.sync', () => {
  it('takes the job of its name for its own when it is repeated after a restart', async () => {
    expect(await begin(taken, { isRepeated: true })).to.deep.equal({ TrainingJobArn })
  })

  it('fails where the name is taken otherwise, and where it is refused for another reason', async () => {
    expect(await begin(taken, {})).to.equal(taken)
    expect(await begin(refused, { isRepeated: true })).to.equal(refused)
    expect(await begin(taken, { isRepeated: true, pattern: 'requestResponse' })).to.equal(taken)
  })
})
