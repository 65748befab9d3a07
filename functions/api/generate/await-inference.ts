import type { Clock } from '../../shared/clock.ts'
import { InferenceNotFoundError } from '../../shared/errors.ts'
import { type InferenceRecord, isEnded } from '../../shared/inferences/inference-record.ts'
import { readInference } from '../../shared/inferences/read-inference.ts'

/** Lets some milliseconds pass. */
export type Sleep = (milliseconds: number) => Promise<void>

/** API Gateway gives up after 29 s: what takes longer is answered with a link. */
const PATIENCE_MS = 20_000
const PAUSE_MS = 250

/**
 * The inference when it has ended, or as it is after twenty seconds. The door is the only place that waits: its callers
 * know one address and no status.
 */
export async function awaitInference(
  table: string,
  id: string,
  { clock, sleep }: { clock: Clock; sleep: Sleep },
): Promise<InferenceRecord> {
  const deadline = clock.now() + PATIENCE_MS
  for (;;) {
    const record = await readInference(table, id)
    if (!record) throw new InferenceNotFoundError(`inference with id ${id} not found`)
    if (isEnded(record.status) || clock.now() + PAUSE_MS > deadline) return record
    await sleep(PAUSE_MS)
  }
}
