import type { EventEntry } from '../../states/announcements/status-change-event.ts'
import type { EndpointRecord, EndpointStatus } from '../records.ts'

/** How events spell a status; `Deleted` is known to nobody else. */
const SPELLINGS: Record<EndpointStatus | 'Deleted', string> = {
  Creating: 'CREATING',
  InService: 'IN_SERVICE',
  Updating: 'UPDATING',
  RollingBack: 'ROLLING_BACK',
  Failed: 'FAILED',
  Deleting: 'DELETING',
  Deleted: 'DELETED',
}

/** The status as the event of `record` spells it. */
export function eventStatus(status: EndpointStatus | 'Deleted'): string {
  return SPELLINGS[status]
}

/** The event AWS sends to the default bus whenever an endpoint changes its status. */
export function stateChangeEvent(
  record: EndpointRecord,
  status: EndpointStatus | 'Deleted' = record.status,
): EventEntry {
  const [, , , region, account] = record.arn.split(':')
  const detail = {
    EndpointName: record.name,
    EndpointArn: record.arn,
    EndpointConfigName: record.configName,
    ProductionVariants: record.variants.map(({ name, modelName, weight, desiredCount, instanceType }) => ({
      VariantName: name,
      ModelName: modelName,
      InstanceType: instanceType,
      DesiredWeight: weight,
      DesiredInstanceCount: desiredCount,
    })),
    EndpointStatus: eventStatus(status),
    FailureReason: record.failureReason ?? null,
    CreationTime: record.createdAt,
    LastModifiedTime: record.modifiedAt,
    Tags: Object.fromEntries(record.tags.map(({ Key, Value }) => [Key, Value])),
  }
  return {
    source: 'aws.sagemaker',
    detailType: 'SageMaker Endpoint State Change',
    time: record.modifiedAt,
    region: region!,
    account: account!,
    resources: [record.arn],
    detail: JSON.stringify(detail),
  }
}
