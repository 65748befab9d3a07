import { findRunningStack, type StackFile } from '../../local/stack-file.ts'
import { startStackChild } from '../stack-child.ts'

export interface UsedStack {
  stack: StackFile
  /** Stops the stack if the demo started it. */
  stop(): Promise<unknown>
}

/** The stack that runs on the data directory, or one started for the occasion. */
export async function useStack(dataDirectory: string, onLine: (line: string) => void): Promise<UsedStack> {
  const running = findRunningStack(dataDirectory)
  if (running) return { stack: running, stop: async () => {} }
  const { stack, end } = await startStackChild(dataDirectory, { detached: true, onLine })
  return { stack, stop: () => end('SIGTERM') }
}
