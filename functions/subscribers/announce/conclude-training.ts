import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { readTraining } from '../../shared/trainings/read-training.ts'
import { isFinal, type TrainingRecord, toItem } from '../../shared/trainings/training-record.ts'
import type { TrainingRequest } from '../../shared/trainings/training-request.ts'
import type { ExecutionEnding } from './execution-ending.ts'
import { keepConcluding } from './keep-concluding.ts'
import { writeEnding } from './write-ending.ts'

/**
 * The record of an ended training, with a terminal status. An execution that failed before its first state gets its record
 * here. Undefined when the person has deleted the training (which stops it), or the record belongs to another execution.
 */
export function concludeTraining(table: string, ending: ExecutionEnding): Promise<TrainingRecord | undefined> {
  return keepConcluding(async () => {
    const record = await readTraining(table, ending.id)
    if (record && record.executionArn !== ending.executionArn) return undefined
    if (record && isFinal(record.status)) return record
    if (!record && (ending.outcome === 'Succeeded' || ending.outcome === 'Stopped')) return undefined
    return record ? endRecord(table, record, ending) : putRecord(table, ending)
  })
}

async function endRecord(table: string, record: TrainingRecord, ending: ExecutionEnding): Promise<TrainingRecord> {
  await writeEnding(table, record, ending)
  const { outcome: status, endedAt } = ending
  // What was written up to that moment decides what there is to clean up.
  return (await readTraining(table, record.id)) ?? { ...record, status, updatedAt: endedAt, endedAt }
}

async function putRecord(table: string, ending: ExecutionEnding): Promise<TrainingRecord> {
  const { id, executionArn, outcome: status, startedAt, endedAt, reason } = ending
  const request = (ending.input.request ?? {}) as unknown as TrainingRequest
  const requestedBy = ending.input.requestedBy ?? ''
  const record: TrainingRecord = {
    id,
    list: 'trainings',
    createdAt: startedAt,
    updatedAt: endedAt,
    startedAt,
    endedAt,
    name: String(request.name ?? id),
    status,
    request,
    requestedBy,
    ownerRolesOrUsers: [requestedBy],
    executionArn,
    checkpointId: '',
    ...(reason ? { reason } : {}),
  }
  const put = new PutCommand({
    TableName: table,
    Item: toItem(record),
    ConditionExpression: 'attribute_not_exists(id)',
  })
  await withTransientErrors(() => dynamodb.send(put))
  return record
}
