import type { ExecutionStatus, MachineType, Outcome, Start } from '../../../interpreter/contract.ts'

/** Who waits for a child execution of a distributed Map. */
export interface ParentLink {
  executionArn: string
  childId: string
  mapRunArn: string
  /** The Map state whose ItemProcessor the child runs. */
  stateName: string
}

/** What is kept of an execution for good; its payloads and events lie under its `id`. Times are milliseconds since the epoch. */
export interface ExecutionRecord {
  id: string
  arn: string
  name: string
  machineArn: string
  machineName: string
  versionArn?: string
  aliasArn?: string
  type: MachineType
  roleArn: string
  definitionHash: string
  revisionId?: string
  machineUpdatedAt: number
  status: ExecutionStatus
  startedAt: number
  stoppedAt?: number
  error?: string
  cause?: string
  traceHeader?: string
  redriveCount: number
  redrivenAt?: number
  /** The client token of the last redrive; its repeat is answered alike. */
  redriveToken?: string
  parent?: ParentLink
}

/** The first entry of a journal: all that `startExecution` needs besides the machine and the ports. */
export type JournalledStart = Omit<Start, 'ports'>

/** Whether the execution has come to its end. */
export function isFinished(record: ExecutionRecord): boolean {
  return record.status !== 'RUNNING'
}

/** The lists an execution appears in. A child of a distributed Map is listed under its Map Run only. */
export function listOwners(record: ExecutionRecord): string[] {
  if (record.parent) return [record.parent.mapRunArn]
  return [record.machineArn, record.versionArn, record.aliasArn].filter((arn) => arn !== undefined)
}

/** The record of an execution that has come to its end. */
export function endedRecord(record: ExecutionRecord, outcome: Outcome, at: number): ExecutionRecord {
  const ended = { ...record, status: outcome.status, stoppedAt: at }
  if (outcome.status === 'SUCCEEDED') return ended
  return {
    ...ended,
    ...(outcome.error === undefined ? {} : { error: outcome.error }),
    ...(outcome.cause === undefined ? {} : { cause: outcome.cause }),
  }
}
