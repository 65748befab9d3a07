import type { ExecutionEnding, Outcome } from './execution-ending.ts'

/** Detail of an event on the darkroom bus; its schema is events/schemas/darkroom-event.json. */
export interface DarkroomEvent {
  lifecycle: string
  id: string
  name: string
  from: string
  to: Outcome
  reason: { error: string; cause: string } | null
  requestedBy: string
  startedAt: string
  endedAt: string
  links: { self: string; execution: string; output?: string }
}

/** A mail as people get it. */
export interface Mail {
  subject: string
  body: string
}

/** Everything that is told about one ending. */
export interface Story {
  /** `Merge succeeded` */
  detailType: string
  event: DarkroomEvent
  /** Absent when the person wanted none. */
  mail?: Mail
}

/** What announcing needs to know of a kind of job. Every call may be repeated, and two may run at once. */
export interface Lifecycle<JobRecord> {
  /** The table of the job's records, which also keep who announces. */
  table: string
  /** Gives the record its terminal status if it has none. Undefined when there is nothing to announce: the job was deleted. */
  conclude(ending: ExecutionEnding): Promise<JobRecord | undefined>
  /** Unmakes what a job that did not succeed has left. */
  cleanUp(record: JobRecord): Promise<void>
  /** Says what happened, and whether everything half-made is gone. */
  tell(record: JobRecord, cleanedUp: boolean): Promise<Story>
}
