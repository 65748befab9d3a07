import type { EventEntry } from '../../states/announcements/status-change-event.ts'
import { hasEnded, modelArtifacts, type TrainingJobRecord } from './training-record.ts'

/** The event AWS sends to the default bus whenever a training job changes its status; its times are milliseconds. */
export function trainingEvent(record: TrainingJobRecord): EventEntry {
  const [, , , region, account] = record.arn.split(':')
  const detail = {
    ...record.definition,
    TrainingJobArn: record.arn,
    TrainingJobStatus: record.status,
    SecondaryStatus: record.secondaryStatus,
    FailureReason: record.failureReason,
    ...(hasEnded(record) && { ModelArtifacts: { S3ModelArtifacts: modelArtifacts(record) } }),
    CreationTime: record.createdAt,
    TrainingStartTime: record.startedAt,
    TrainingEndTime: record.endedAt,
    LastModifiedTime: record.modifiedAt,
    SecondaryStatusTransitions: record.transitions.map(({ status, startedAt, endedAt, message }) => ({
      Status: status,
      StartTime: startedAt,
      EndTime: endedAt,
      StatusMessage: message,
    })),
    Tags: Object.fromEntries(record.tags.map(({ Key, Value }) => [Key, Value])),
  }
  return {
    source: 'aws.sagemaker',
    detailType: 'SageMaker Training Job State Change',
    time: record.modifiedAt,
    region: region!,
    account: account!,
    resources: [record.arn],
    detail: JSON.stringify(detail),
  }
}
