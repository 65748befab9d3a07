import type { DeletionRecord } from '../../shared/endpoints/endpoint-record.ts'
import { readDeletion } from '../../shared/endpoints/read-endpoint.ts'
import type { ExecutionEnding } from './execution-ending.ts'
import { keepConcluding } from './keep-concluding.ts'
import { writeEnding } from './write-ending.ts'

/** An ended deletion with what its execution tells, which its record may not. */
export interface EndedDeletion {
  record: DeletionRecord
  ending: ExecutionEnding
}

/**
 * The deletion of an ended execution; `Failed` when it did not succeed. Undefined when it only unmakes what a failed
 * deployment has made, or found the endpoint gone already and so wrote no record: nobody waits for news of those.
 */
export function concludeDeletion(table: string, ending: ExecutionEnding): Promise<EndedDeletion | undefined> {
  return keepConcluding(async () => {
    const record = await readDeletion(table, ending.id)
    if (!record || record.executionArn !== ending.executionArn) return undefined
    if (record.unmakes && (ending.outcome === 'Succeeded' || !isLastResort(ending))) return undefined
    if (record.status !== 'Deleting' || ending.outcome === 'Succeeded') return { record, ending }
    return { record: await endRecord(table, record, ending), ending }
  })
}

/** A deployment that fails runs a deletion itself; its own announcement starts this one when that has not done. */
function isLastResort({ id }: ExecutionEnding): boolean {
  return id.endsWith('-again')
}

async function endRecord(table: string, record: DeletionRecord, ending: ExecutionEnding): Promise<DeletionRecord> {
  const reason = ending.reason ?? { error: 'Unknown', cause: '' }
  const { endedAt } = ending
  await writeEnding(table, record, { outcome: 'Failed', endedAt, reason, remove: 'taskToken' })
  const { taskToken, ...rest } = record
  return { ...rest, status: 'Failed', updatedAt: endedAt, endedAt, reason }
}
