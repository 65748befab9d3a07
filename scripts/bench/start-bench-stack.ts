import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { findRunningStack, type StackFile } from '../../local/stack-file.ts'

const READY = /ready after ([\d.]+) s/

export interface BenchStack {
  stack: StackFile
  /** What the ready line tells. */
  seconds: number
  stop(): Promise<void>
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** Starts a stack of its own on a data directory, on free ports. */
export async function startBenchStack(directory: string, options: string[] = []): Promise<BenchStack> {
  const words = [
    '--import',
    'tsx',
    'local/main.ts',
    '--port',
    '0',
    '--api-port',
    '0',
    '--data-dir',
    directory,
    ...options,
  ]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const seconds = await new Promise<number>((resolve, reject) => {
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      const found = READY.exec(printed)?.[1]
      if (found !== undefined) resolve(Number(found))
    })
    child.once('exit', () => reject(new Error(`the stack did not start: ${printed}`)))
  })
  const stack = findRunningStack(directory)
  if (!stack) throw new Error('the stack has not written where it listens')
  return { stack, seconds, stop: () => stop(child) }
}
