import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

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
  /** Resolves with its exit code, 128 and the signal's number when one ended it, once everything it wrote is read. */
  readonly exitCode: Promise<number>
  /** Asks it to end and after `grace` milliseconds makes it; resolves when it has. */
  stop(grace?: number): Promise<void>
}

const SUPERVISOR = join(import.meta.dirname, 'supervise.mjs')

/** What the supervisor gives a program that ends with the stack. */
const GRACE_MILLISECONDS = 5_000

/** How much later than the program the supervisor may end. */
const ALLOWANCE_MILLISECONDS = 2_000

/** A grandchild may keep the output open; nobody waits longer for its last lines. */
const LONGEST_READING_MILLISECONDS = 500

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
  const read = [child.stdout, child.stderr].map((output) =>
    once(createInterface({ input: output }).on('line', onLine), 'close'),
  )
  const ended = once(child, 'exit').then(([code, signal]) =>
    signal === null ? `exit code ${code as number}` : `signal ${signal as string}`,
  )
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  return {
    get isRunning() {
      return isRunning()
    },
    ended,
    exitCode: ended.then(async () => {
      await Promise.race([Promise.all(read), pause(LONGEST_READING_MILLISECONDS, undefined, { ref: false })])
      // Whoever still holds the other ends does not keep this process from ending.
      for (const output of [child.stdout, child.stderr]) output.destroy()
      return child.exitCode ?? 128 + constants.signals[child.signalCode ?? 'SIGKILL']
    }),
    async stop(grace) {
      if (!isRunning()) return
      if (grace === undefined) child.stdin.end()
      else child.stdin.write(`${grace}\n`)
      const force = setTimeout(() => child.kill('SIGKILL'), (grace ?? GRACE_MILLISECONDS) + ALLOWANCE_MILLISECONDS)
      await ended
      clearTimeout(force)
    },
  }
}
