import { queryItems } from '../../shared/aws/query-items.ts'
import type { CheckpointRecord } from '../../shared/checkpoints/checkpoint-record.ts'
import { isoTime } from '../../shared/clock.ts'
import type { MergeRecord } from '../../shared/merges/merge-record.ts'
import type { CheckpointsContext } from './checkpoints-context.ts'

/** Longer than the merge machine may run, so that no running merge is older. */
const LONGEST_MERGE_MS = 24 * 60 * 60 * 1000

/** The merges that are running now; only the index entries of the last day are read. */
export async function runningMerges({ mergesTable, clock }: CheckpointsContext): Promise<MergeRecord[]> {
  const found: MergeRecord[] = []
  const query = {
    TableName: mergesTable,
    IndexName: 'newest',
    KeyConditionExpression: '#list = :list AND createdAt > :since',
    FilterExpression: '#status IN (:planning, :merging)',
    ExpressionAttributeNames: { '#list': 'list', '#status': 'status' },
    ExpressionAttributeValues: {
      ':list': 'merges',
      ':since': isoTime(clock.now() - LONGEST_MERGE_MS),
      ':planning': 'Planning',
      ':merging': 'Merging',
    },
  }
  for await (const item of queryItems<MergeRecord>(query)) found.push(item)
  return found
}

/** Whether the merge has the checkpoint as an input, by id or by one of its file names. */
export function reads(merge: MergeRecord, checkpoint: CheckpointRecord): boolean {
  const { primary, secondary, tertiary, bakeInVae } = merge.request
  return [primary, secondary, tertiary, bakeInVae].some(
    (input) => input !== undefined && (input === checkpoint.id || checkpoint.names.includes(input)),
  )
}
