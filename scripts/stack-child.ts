import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { findRunningStack, type StackFile } from '../local/stack-file.ts'

/** The laptop stack as `npm start` runs it, in a process of its own. */
export interface StackChild {
  stack: StackFile
  /** How long it took to be ready, as the ready line tells. */
  seconds: number
  /** What it has printed so far. */
  printed(): string
  /** Ends it and answers the exit code: SIGTERM as Ctrl-C would, SIGKILL as a power cut. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

export interface StackChildOptions {
  /** Words after `npm start --`, beside the data directory. */
  options?: string[]
  /** A process group of its own: Ctrl-C then reaches only the caller, which ends the stack in order. */
  detached?: boolean
  /** Hears what the stack prints until it is ready. */
  onLine?(line: string): void
}

/** As `npm start` has them. A small young generation costs a tenth of the speed and saves 40 MB of ten thousand waiting executions. */
const NODE_OPTIONS = ['--max-semi-space-size=4', '--import', 'tsx']

export const FREE_PORTS = ['--port', '0', '--api-port', '0']

const READY = /^Darkroom is ready after ([\d.]+) s/

/** Resolves with the seconds of the ready line; rejects with all that was printed when the process ends before. */
function untilReady(child: ChildProcess, printed: string[], onLine: (line: string) => void): Promise<number> {
  child.stderr?.on('data', (data: Buffer) => printed.push(data.toString()))
  return new Promise((resolve, reject) => {
    let isReady = false
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      printed.push(line)
      if (!isReady) onLine(line)
      const seconds = READY.exec(line)?.[1]
      if (seconds === undefined) return
      isReady = true
      resolve(Number(seconds))
    })
    child.once('exit', (code) => reject(new Error(`the stack ended with ${code}:\n${printed.join('\n')}`)))
  })
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  child.kill(signal)
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

/** Starts a stack on the data directory and waits until it is ready. */
export async function startStackChild(
  dataDirectory: string,
  { options = [], detached = false, onLine = () => {} }: StackChildOptions = {},
): Promise<StackChild> {
  const words = [...NODE_OPTIONS, 'local/main.ts', '--data-dir', dataDirectory, ...options]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'], detached })
  const printed: string[] = []
  const seconds = await untilReady(child, printed, onLine)
  const stack = findRunningStack(dataDirectory)
  if (!stack) throw new Error(`the stack is ready but ${dataDirectory}/stack.json does not say where`)
  return { stack, seconds, printed: () => printed.join('\n'), end: (signal) => end(child, signal) }
}
