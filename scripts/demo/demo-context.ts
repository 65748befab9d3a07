import type { StackFile } from '../../local/stack-file.ts'
import type { Terminal } from './terminal.ts'

/** What a run has begun and an interruption takes back. */
export interface Unfinished {
  checkpointIds: string[]
  mergeId?: string
  inferenceId?: string
  trainingId?: string
  datasetName?: string
  /** An endpoint that was not there before. */
  endpointName?: string
}

export interface DemoContext {
  stack: StackFile
  terminal: Terminal
  signal: AbortSignal
  unfinished: Unfinished
}
