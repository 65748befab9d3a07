/** How many items or child executions are in which condition. */
export interface Counts {
  pending: number
  running: number
  succeeded: number
  failed: number
  timedOut: number
  aborted: number
  total: number
  resultsWritten: number
}

/** The run of a distributed Map state. Times are milliseconds since the epoch. */
export interface MapRunRecord {
  arn: string
  executionArn: string
  machineArn: string
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED'
  startedAt: number
  stoppedAt?: number
  maxConcurrency: number
  toleratedFailureCount: number
  toleratedFailurePercentage: number
  items: Counts
  executions: Counts
}

/** Nothing counted yet. */
export function noCounts(total = 0): Counts {
  return { pending: total, running: 0, succeeded: 0, failed: 0, timedOut: 0, aborted: 0, total, resultsWritten: 0 }
}
