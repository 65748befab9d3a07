import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { type InferenceRecord, isEnded } from '../../shared/inferences/inference-record.ts'
import { readInference } from '../../shared/inferences/read-inference.ts'
import type { ExecutionEnding } from './execution-ending.ts'
import { keepConcluding } from './keep-concluding.ts'

/** An ended job with what its execution tells, which its record may not. */
export interface EndedInference {
  record: InferenceRecord
  ending: ExecutionEnding
}

/**
 * The inference of an ended execution, with a final status. Undefined when it was deleted: nothing brings it back.
 * One that was refused because another execution has it is that one's to tell of.
 */
export function concludeInference(table: string, ending: ExecutionEnding): Promise<EndedInference | undefined> {
  return keepConcluding(async () => {
    const record = await readInference(table, ending.id)
    if (!record || (record.executionArn ?? ending.executionArn) !== ending.executionArn) return undefined
    if (isEnded(record.status) || ending.outcome === 'Succeeded') return { record, ending }
    return { record: await endRecord(table, record, ending), ending }
  })
}

async function endRecord(table: string, record: InferenceRecord, ending: ExecutionEnding): Promise<InferenceRecord> {
  const { endedAt, executionArn, startedAt } = ending
  const reason = ending.reason ?? { error: 'Unknown', cause: '' }
  const sagemakerRaw = `${reason.error}: ${reason.cause}`
  const update = new UpdateCommand({
    TableName: table,
    Key: { id: record.id },
    ConditionExpression: '#status = :before',
    UpdateExpression:
      'SET #status = :failed, updatedAt = :endedAt, completedAt = :endedAt, startedAt = if_not_exists(startedAt, :startedAt), executionArn = :executionArn, #reason = :reason, sagemakerRaw = :raw REMOVE taskToken',
    ExpressionAttributeNames: { '#status': 'status', '#reason': 'reason' },
    ExpressionAttributeValues: {
      ':before': record.status,
      ':failed': 'failed',
      ':endedAt': endedAt,
      ':startedAt': startedAt,
      ':executionArn': executionArn,
      ':reason': reason,
      ':raw': sagemakerRaw,
    },
  })
  await withTransientErrors(() => dynamodb.send(update))
  const { taskToken, ...rest } = record
  return { ...rest, status: 'failed', updatedAt: endedAt, completedAt: endedAt, executionArn, reason, sagemakerRaw }
}
