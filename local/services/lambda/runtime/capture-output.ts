import { format } from 'node:util'

const LEVELS = { log: 'INFO', info: 'INFO', debug: 'DEBUG', warn: 'WARN', error: 'ERROR', trace: 'TRACE' } as const

export interface Output {
  /** Sends a line in the form of Lambda's console: time, request id, level and text between tabs. */
  log(level: string, text: string): void
  /** Sends what stdout and stderr hold of a line that has no end yet. */
  flush(): void
}

/** Sends everything the function prints through `send`, line by line; `requestId` is asked when a line begins. */
export function captureOutput(send: (line: string) => void, requestId: () => string): Output {
  const log = (level: string, text: string): void =>
    send(`${new Date().toISOString()}\t${requestId()}\t${level}\t${text}`)
  for (const [method, level] of Object.entries(LEVELS)) {
    console[method as keyof typeof LEVELS] = (...values: unknown[]) => log(level, format(...values))
  }
  const flushes = [process.stdout, process.stderr].map((stream) => captureStream(stream, send))
  const flush = (): void => {
    for (const flushStream of flushes) flushStream()
  }
  return { log, flush }
}

function captureStream(stream: NodeJS.WriteStream, send: (line: string) => void): () => void {
  let unfinished = ''
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    const lines = (unfinished + text).split('\n')
    unfinished = lines.pop() ?? ''
    lines.forEach(send)
    const written = rest.find((value) => typeof value === 'function')
    if (typeof written === 'function') process.nextTick(() => written())
    return true
  }
  return () => {
    if (unfinished !== '') send(unfinished)
    unfinished = ''
  }
}
