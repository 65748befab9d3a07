import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { findRunningStack, type StackFile } from '../../local/stack-file.ts'

export interface UsedStack {
  stack: StackFile
  /** Stops the stack if the demo started it. */
  stop(): Promise<void>
}

const READY = /^Darkroom is ready/

/** Starts `local/main.ts` beside this process and waits for its ready line; what it prints before goes to `onLine`. */
async function spawnStack(dataDirectory: string, onLine: (line: string) => void): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'local/main.ts', '--data-dir', dataDirectory], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C reaches the demo, which then stops its stack in order.
    detached: true,
  })
  const errors: string[] = []
  child.stderr?.on('data', (data: Buffer) => errors.push(data.toString()))
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const ready = new Promise<void>((resolve, reject) => {
    let isReady = false
    lines.on('line', (line) => {
      // What the stack has to say later would stand in the middle of the demo's own lines.
      if (!isReady) onLine(line)
      isReady ||= READY.test(line)
      if (isReady) resolve()
    })
    child.once('exit', () => reject(new Error(`the stack did not start:\n${errors.join('')}`)))
  })
  await ready
  return child
}

async function stopStack(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** The stack that runs on the data directory, or one started for the occasion. */
export async function useStack(dataDirectory: string, onLine: (line: string) => void): Promise<UsedStack> {
  const running = findRunningStack(dataDirectory)
  if (running) return { stack: running, stop: async () => {} }
  const child = await spawnStack(dataDirectory, onLine)
  const stack = findRunningStack(dataDirectory)
  if (!stack) throw new Error(`the stack is ready but ${dataDirectory}/stack.json does not say where`)
  return { stack, stop: () => stopStack(child) }
}
