import { expect } from 'chai'
import { enterStatus } from '../../../../../../local/services/sagemaker/training/enter-status.ts'
import type {
  SecondaryStatus,
  TrainingJobRecord,
} from '../../../../../../local/services/sagemaker/training/training-record.ts'

const begun: TrainingJobRecord = {
  name: 'a',
  arn: 'arn:aws:sagemaker:us-east-1:000000000000:training-job/a',
  createdAt: 1_000,
  modifiedAt: 1_000,
  definition: {},
  plan: {
    image: 'a',
    environment: {},
    hyperparameters: {},
    roleArn: 'role',
    channels: [],
    outputPath: 's3://b/out',
    isCompressed: false,
    instanceType: 'ml.g5.xlarge',
    isSpot: false,
    maxRuntime: 60,
    metrics: [],
  },
  tags: [],
  status: 'InProgress',
  secondaryStatus: 'Starting',
  transitions: [{ status: 'Starting', startedAt: 1_000, message: 'Starting the training job' }],
  ran: 0,
  metrics: [],
}

const through = (record: TrainingJobRecord, ...statuses: SecondaryStatus[]): TrainingJobRecord =>
  statuses.reduce((one, status, index) => enterStatus(one, status, 2_000 + index * 1_000), record)

describe('The status of a training job', () => {
  it('ends one stay where the next begins', () => {
    const { transitions } = through({ ...begun, startedAt: 2_000 }, 'Downloading', 'Training')
    expect(transitions.map(({ status, startedAt, endedAt }) => [status, startedAt, endedAt])).to.deep.equal([
      ['Starting', 1_000, 2_000],
      ['Downloading', 2_000, 3_000],
      ['Training', 3_000, undefined],
    ])
  })

  it('has an end only when the work had a beginning, and leaves nothing open', () => {
    const failed = through(begun, 'Failed')
    expect([failed.status, failed.endedAt]).to.deep.equal(['Failed', undefined])
    expect(failed.transitions.every(({ endedAt }) => endedAt !== undefined)).to.equal(true)
    expect(through({ ...begun, startedAt: 1_500 }, 'Training', 'Completed').endedAt).to.equal(3_000)
  })

  it('is Stopped whatever stopped the job', () => {
    for (const end of ['Stopped', 'MaxRuntimeExceeded', 'MaxWaitTimeExceeded'] as const)
      expect(through(begun, 'Stopping', end)).to.include({ status: 'Stopped', secondaryStatus: end })
  })

  it('begins nothing any more when the job is being stopped, but uploads', () => {
    const stopping = through(begun, 'Stopping')
    for (const status of ['Starting', 'Downloading', 'Training', 'Interrupted'] as const)
      expect(enterStatus(stopping, status, 9_000)).to.equal(stopping)
    expect(enterStatus(stopping, 'Uploading', 9_000)).to.include({ status: 'Stopping', secondaryStatus: 'Uploading' })
  })
})
