import type { Clock } from '../../shared/clock.ts'

/** What the checkpoint routes work on. */
export interface CheckpointsContext {
  bucket: string
  checkpointsTable: string
  mergesTable: string
  accountsTable: string
  clock: Clock
}
