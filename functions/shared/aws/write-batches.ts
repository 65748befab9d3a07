import { BatchWriteCommand, type BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import { pause } from '../clock.ts'
import { TransientError } from '../errors.ts'
import { withTransientErrors } from './classify-aws-error.ts'
import { dynamodb } from './dynamodb.ts'

/** One put or delete. */
export type WriteRequest = NonNullable<BatchWriteCommandInput['RequestItems']>[string][number]

const LARGEST_BATCH = 25
const BATCHES_AT_ONCE = 4
const ATTEMPTS = 8
const FIRST_PAUSE_MS = 25

/**
 * Writes and deletes items of a table, 25 at a time, each of them once at least. DynamoDB leaves items of a batch
 * undone when it is busy: those are sent again, and `TransientError` tells when some are still left.
 */
export async function writeBatches(table: string, requests: readonly WriteRequest[], wait = pause): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < requests.length) {
      const batch = requests.slice(next, next + LARGEST_BATCH)
      next += LARGEST_BATCH
      await writeBatch(table, batch, wait)
    }
  }
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, work))
}

async function writeBatch(table: string, requests: WriteRequest[], wait: typeof pause): Promise<void> {
  let left = requests
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await wait(FIRST_PAUSE_MS * 2 ** attempt)
    const command = new BatchWriteCommand({ RequestItems: { [table]: left } })
    const { UnprocessedItems } = await withTransientErrors(() => dynamodb.send(command))
    left = UnprocessedItems?.[table] ?? []
    if (left.length === 0) return
  }
  throw new TransientError(`${left.length} items of a batch were not written to ${table}`)
}
