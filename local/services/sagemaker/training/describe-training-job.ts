import { hasEnded, modelArtifacts, type TrainingJobRecord, type Transition } from './training-record.ts'

const seconds = (milliseconds: number): number => milliseconds / 1_000

/** What DescribeTrainingJob answers. */
export function describeTrainingJob(record: TrainingJobRecord): object {
  const { startedAt, endedAt, metrics } = record
  const time = Math.max(1, Math.ceil(seconds(record.ran)))
  return {
    ...record.definition,
    TrainingJobArn: record.arn,
    ModelArtifacts: { S3ModelArtifacts: modelArtifacts(record) },
    TrainingJobStatus: record.status,
    SecondaryStatus: record.secondaryStatus,
    ...(record.failureReason !== undefined && { FailureReason: record.failureReason }),
    CreationTime: seconds(record.createdAt),
    ...(startedAt !== undefined && { TrainingStartTime: seconds(startedAt) }),
    ...(endedAt !== undefined && { TrainingEndTime: seconds(endedAt) }),
    LastModifiedTime: seconds(record.modifiedAt),
    SecondaryStatusTransitions: record.transitions.map(describeTransition),
    ...(metrics.length > 0 && {
      FinalMetricDataList: metrics.map(({ name, value, at }) => ({
        MetricName: name,
        Value: value,
        Timestamp: seconds(at),
      })),
    }),
    EnableNetworkIsolation: record.definition.EnableNetworkIsolation ?? false,
    EnableInterContainerTrafficEncryption: record.definition.EnableInterContainerTrafficEncryption ?? false,
    EnableManagedSpotTraining: record.plan.isSpot,
    ...(hasEnded(record) && startedAt !== undefined && { TrainingTimeInSeconds: time, BillableTimeInSeconds: time }),
    ProfilingStatus: 'Disabled',
  }
}

function describeTransition({ status, startedAt, endedAt, message }: Transition): object {
  return {
    Status: status,
    StartTime: seconds(startedAt),
    ...(endedAt !== undefined && { EndTime: seconds(endedAt) }),
    StatusMessage: message,
  }
}
