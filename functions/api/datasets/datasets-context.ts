import type { Clock } from '../../shared/clock.ts'

/** What the dataset routes work on. */
export interface DatasetsContext {
  bucket: string
  datasetsTable: string
  itemsTable: string
  trainingsTable: string
  clock: Clock
}
