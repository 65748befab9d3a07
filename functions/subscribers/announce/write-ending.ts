import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import type { ExecutionEnding } from './execution-ending.ts'

/** Gives a record the status that its execution ended with, if it still has the one that was read; takes `remove` off it. */
export async function writeEnding(
  table: string,
  { id, status: before }: { id: string; status: string },
  { outcome, endedAt, reason, remove }: Pick<ExecutionEnding, 'outcome' | 'endedAt' | 'reason'> & { remove?: string },
): Promise<void> {
  const reasonSet = reason ? ', #reason = :reason' : ''
  const update = new UpdateCommand({
    TableName: table,
    Key: { id },
    ConditionExpression: '#status = :before',
    UpdateExpression: `SET #status = :status, updatedAt = :endedAt, endedAt = :endedAt${reasonSet}${remove ? ' REMOVE #remove' : ''}`,
    ExpressionAttributeNames: {
      '#status': 'status',
      ...(reason ? { '#reason': 'reason' } : {}),
      ...(remove ? { '#remove': remove } : {}),
    },
    ExpressionAttributeValues: {
      ':before': before,
      ':status': outcome,
      ':endedAt': endedAt,
      ...(reason ? { ':reason': reason } : {}),
    },
  })
  await withTransientErrors(() => dynamodb.send(update))
}
