import type { Clock } from '../../shared/clock.ts'

/** What the training routes work on. */
export interface TrainingsContext {
  bucket: string
  trainingsTable: string
  checkpointsTable: string
  datasetsTable: string
  machineArn: string
  namePrefix: string
  apiUrl: string
  clock: Clock
}
