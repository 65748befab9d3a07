import type { Clock } from '../../shared/clock.ts'
import { TransientError } from '../../shared/errors.ts'
import { log } from '../../shared/log.ts'
import {
  claimAnnouncement,
  confirmAnnouncement,
  type RecordAddress,
  releaseAnnouncement,
} from './claim-announcement.ts'
import type { ExecutionEnding } from './execution-ending.ts'
import type { Lifecycle, Story } from './lifecycle.ts'

/** Puts a story on the bus and into the mail. */
export type Send = (story: Story) => Promise<void>

/**
 * Gives the record its terminal status, cleans up after what did not succeed, and tells bus and person once. May be called
 * any number of times for the same ending, also at once. A clean-up that fails does not keep the news from anybody, but is
 * thrown in the end, so that the event is delivered again and the clean-up repeated.
 */
export async function announce<JobRecord>(
  lifecycle: Lifecycle<JobRecord>,
  ending: ExecutionEnding,
  { send, clock }: { send: Send; clock: Clock },
): Promise<void> {
  const record = await lifecycle.conclude(ending)
  if (record === undefined) return log.info('Nothing to announce', { id: ending.id, outcome: ending.outcome })
  const cleanUp = ending.outcome === 'Succeeded' ? undefined : await failureOf(() => lifecycle.cleanUp(record))
  await tellOnce({ table: lifecycle.table, id: ending.id }, ending.eventId, {
    clock,
    work: async () => send(await lifecycle.tell(record, cleanUp === undefined)),
  })
  if (cleanUp) throw cleanUp.error
}

async function failureOf(work: () => Promise<void>): Promise<{ error: unknown } | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    log.error('The clean-up failed; it is tried again', { error })
    return { error }
  }
}

async function tellOnce(
  address: RecordAddress,
  eventId: string,
  { clock, work }: { clock: Clock; work: () => Promise<void> },
): Promise<void> {
  const claim = await claimAnnouncement(address, eventId, clock)
  if (claim.state === 'done') return log.info('Announced before', { id: address.id, eventId })
  // Thrown so that this delivery comes back: should the other one die, somebody must still tell the person.
  if (claim.state === 'busy') throw new TransientError(`${address.id} is being announced by another delivery`)
  try {
    await work()
  } catch (error) {
    await failureOf(() => releaseAnnouncement(address, claim.announcement))
    throw error
  }
  await confirmAnnouncement(address, claim.announcement, clock)
  log.info('Announced', { id: address.id, eventId })
}
