import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import type { DeletionRecord } from '../../shared/endpoints/endpoint-record.ts'
import { readDeletion } from '../../shared/endpoints/read-endpoint.ts'
import type { ExecutionEnding } from './execution-ending.ts'

/** An ended deletion with what its execution tells, which its record may not. */
export interface EndedDeletion {
  record: DeletionRecord
  ending: ExecutionEnding
}

/** A condition can fail this often because the machine's last writes overtake us. */
const ATTEMPTS = 3

/**
 * The deletion of an ended execution; `Failed` when it did not succeed. Undefined when it only unmakes what a failed
 * deployment has made, or found the endpoint gone already and so wrote no record: nobody waits for news of those.
 */
export async function concludeDeletion(table: string, ending: ExecutionEnding): Promise<EndedDeletion | undefined> {
  for (let attempt = 1; ; attempt++) {
    const record = await readDeletion(table, ending.id)
    if (!record || record.executionArn !== ending.executionArn) return undefined
    if (record.unmakes && (ending.outcome === 'Succeeded' || !isLastResort(ending))) return undefined
    if (record.status !== 'Deleting' || ending.outcome === 'Succeeded') return { record, ending }
    try {
      return { record: await endRecord(table, record, ending), ending }
    } catch (error) {
      if (!isConditionFailure(error) || attempt === ATTEMPTS) throw error
    }
  }
}

/** A deployment that fails runs a deletion itself; its own announcement starts this one when that has not done. */
function isLastResort({ id }: ExecutionEnding): boolean {
  return id.endsWith('-again')
}

async function endRecord(table: string, record: DeletionRecord, ending: ExecutionEnding): Promise<DeletionRecord> {
  const reason = ending.reason ?? { error: 'Unknown', cause: '' }
  const { endedAt } = ending
  const update = new UpdateCommand({
    TableName: table,
    Key: { id: record.id },
    ConditionExpression: '#status = :before',
    UpdateExpression: 'SET #status = :failed, updatedAt = :now, endedAt = :now, #reason = :reason REMOVE taskToken',
    ExpressionAttributeNames: { '#status': 'status', '#reason': 'reason' },
    ExpressionAttributeValues: { ':before': record.status, ':failed': 'Failed', ':now': endedAt, ':reason': reason },
  })
  await withTransientErrors(() => dynamodb.send(update))
  const { taskToken, ...rest } = record
  return { ...rest, status: 'Failed', updatedAt: endedAt, endedAt, reason }
}
