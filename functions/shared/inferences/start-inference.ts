import { StartExecutionCommand } from '@aws-sdk/client-sfn'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'
import { states } from '../aws/states.ts'
import { isoTime } from '../clock.ts'
import type { InferenceRecord } from './inference-record.ts'
import type { InferencesContext } from './inferences-context.ts'

/**
 * Starts the execution of an inference; one that was started before is left alone. Its name is the inference's id, so two
 * calls at once start one. Answers the record as it stands then.
 */
export async function startInference(context: InferencesContext, record: InferenceRecord): Promise<InferenceRecord> {
  if (record.status !== 'created') return record
  const { id, createdBy } = record
  const input = JSON.stringify({ id, requestedBy: createdBy, request: { taskType: record.taskType } })
  const start = new StartExecutionCommand({ stateMachineArn: context.machineArn, name: id, input })
  try {
    await withTransientErrors(() => states.send(start))
  } catch (error) {
    if ((error as Error).name !== 'ExecutionAlreadyExists') throw error
  }
  return noteStart(context, record)
}

/** The ARN of an inference's execution, which is called like the inference. */
export function executionArnOf({ machineArn }: Pick<InferencesContext, 'machineArn'>, id: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${id}`
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
