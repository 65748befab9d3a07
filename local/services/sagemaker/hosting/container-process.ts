import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface ContainerCommand {
  words: string[]
  environment: Record<string, string>
  /** Where relative paths of the command begin. */
  workingDirectory: string
  onLine(line: string): void
}

/** A running container program. */
export interface ContainerProcess {
  readonly isRunning: boolean
  /** Resolves with how it ended, e.g. `exit code 1`. */
  readonly ended: Promise<string>
  /** Asks it to end, then makes it; resolves when it has. */
  stop(): Promise<void>
}

const SUPERVISOR = join(import.meta.dirname, 'supervise.mjs')

/** A little more than the supervisor gives the program. */
const LONGEST_STOP_MILLISECONDS = 7_000

/** Starts a program under a supervisor that ends it together with this process. */
export function startContainer({ words, environment, workingDirectory, onLine }: ContainerCommand): ContainerProcess {
  const child = spawn(process.execPath, [SUPERVISOR, ...words], {
    cwd: workingDirectory,
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C in the terminal is for the stack, which then stops its containers itself.
    detached: true,
  })
  child.stdin.on('error', () => {})
  for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', onLine)
  const ended = once(child, 'exit').then(([code, signal]) =>
    signal === null ? `exit code ${code as number}` : `signal ${signal as string}`,
  )
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  return {
    get isRunning() {
      return isRunning()
    },
    ended,
    async stop() {
      if (!isRunning()) return
      child.stdin.end()
      const force = setTimeout(() => child.kill('SIGKILL'), LONGEST_STOP_MILLISECONDS)
      await ended
      clearTimeout(force)
    },
  }
}
