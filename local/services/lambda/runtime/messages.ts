/** What a worker is told when it starts. */
export interface WorkerSettings {
  /** Where the bundle was unpacked. */
  root: string
  /** `src/hello.handler` */
  handler: string
  /** 24 of `nodejs24.x`. */
  runtimeVersion: number
  functionName: string
  memoryMegabytes: number
  logGroup: string
  logStream: string
}

/** One event for the function. */
export interface Invoke {
  requestId: string
  /** JSON text. */
  payload: string
  functionArn: string
  remainingMilliseconds: number
}

/** An error as Lambda answers it. */
export interface ErrorReport {
  errorType: string
  errorMessage: string
  trace?: string[]
}

interface Measured {
  durationMilliseconds: number
  /** Heap and external memory of the worker, in bytes. */
  memory: number
}

/** What a worker tells: `log` any time, `ready` or `init-failed` once, then one `done` or `failed` for each `Invoke`; `crashed` is its last word. */
export type WorkerMessage =
  | { kind: 'log'; line: string }
  | { kind: 'ready' }
  | { kind: 'init-failed'; error: ErrorReport }
  | ({ kind: 'done'; payload: string } & Measured)
  | ({ kind: 'failed'; error: ErrorReport } & Measured)
  | { kind: 'crashed'; error: ErrorReport }
