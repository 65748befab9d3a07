import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import { isoTime } from '../clock.ts'
import { startExecutionOnce } from '../executions/start-execution.ts'
import type { InferenceRecord } from './inference-record.ts'
import type { InferencesContext } from './inferences-context.ts'

/**
 * Starts the execution of an inference; one that was started before is left alone. Its name is the inference's id, so two
 * calls at once start one. Answers the record as it stands then.
 */
export async function startInference(context: InferencesContext, record: InferenceRecord): Promise<InferenceRecord> {
  if (record.status !== 'created') return record
  const { id, createdBy, taskType } = record
  await startExecutionOnce(context.machineArn, { id, requestedBy: createdBy, request: { taskType } })
  return noteStart(context, record)
}

/** Clients poll while the status is `inprogress`: from here on it is shown, though the execution may not have claimed it yet. */
async function noteStart(
  { inferencesTable, clock }: InferencesContext,
  record: InferenceRecord,
): Promise<InferenceRecord> {
  const startRequestedAt = isoTime(clock.now())
  const update = new UpdateCommand({
    TableName: inferencesTable,
    Key: { id: record.id },
    ConditionExpression: '#status = :created AND attribute_not_exists(startRequestedAt)',
    UpdateExpression: 'SET startRequestedAt = :now',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':created': 'created', ':now': startRequestedAt },
  })
  try {
    await withTransientErrors(() => dynamodb.send(update))
  } catch (error) {
    if (!isConditionFailure(error)) throw error
  }
  return { ...record, startRequestedAt }
}
