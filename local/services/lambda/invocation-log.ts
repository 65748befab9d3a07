import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import type { LambdaFunction } from './lambda-function.ts'
import type { Outcome } from './worker/function-worker.ts'

/** One line that a function or its sandbox logged. */
export interface LogLine {
  functionName: string
  logGroup: string
  logStream: string
  requestId: string
  /** Milliseconds since the epoch. */
  timestamp: number
  line: string
}

/** The files people read: `<directory>/<function>.log`, one line after the other as CloudWatch shows them. */
export interface LogFiles {
  append(functionName: string, line: string): void
  close(): Promise<void>
}

export function openLogFiles(directory: string): LogFiles {
  const streams = new Map<string, WriteStream>()
  let isClosed = false
  const streamOf = (name: string): WriteStream => {
    const known = streams.get(name)
    if (known !== undefined) return known
    mkdirSync(directory, { recursive: true })
    const stream = createWriteStream(join(directory, `${name}.log`), { flags: 'a' })
    // A full disk costs the log, not the functions.
    stream.on('error', () => {})
    streams.set(name, stream)
    return stream
  }
  return {
    append: (functionName, line) => {
      if (!isClosed) streamOf(functionName).write(`${line}\n`)
    },
    close: async () => {
      isClosed = true
      await Promise.all([...streams.values()].map((stream) => new Promise<void>((resolve) => stream.end(resolve))))
    },
  }
}

/** The lines around an invocation's own: what stands before, and what stands after. */
export function startLine(requestId: string): string {
  return `START RequestId: ${requestId} Version: $LATEST`
}

export function endLines(lambda: LambdaFunction, requestId: string, outcome: Outcome): string[] {
  const { notice } = outcome
  return [
    ...(notice === undefined ? [] : [notice]),
    `END RequestId: ${requestId}`,
    reportLine(lambda, requestId, outcome),
  ]
}

function reportLine(lambda: LambdaFunction, requestId: string, outcome: Outcome): string {
  const { durationMilliseconds: duration, initMilliseconds, memory, timedOut } = outcome
  return [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${duration.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(duration)} ms`,
    `Memory Size: ${lambda.memoryMegabytes} MB`,
    ...(memory === undefined ? [] : [`Max Memory Used: ${Math.ceil(memory / 2 ** 20)} MB`]),
    ...(initMilliseconds === undefined ? [] : [`Init Duration: ${initMilliseconds.toFixed(2)} ms`]),
    ...(timedOut === true ? ['Status: timeout'] : []),
  ].join('\t')
}
