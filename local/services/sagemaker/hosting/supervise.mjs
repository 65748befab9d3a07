// Runs one command and ends it when standard input closes. The kernel closes it however the stack ends, kill -9
// included, so no container program outlives its stack.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const GRACE_MILLISECONDS = 5_000

const [command, ...words] = process.argv.slice(2)

// A group of its own, so that what the program started goes with it.
const child = spawn(command, words, { stdio: ['ignore', 'inherit', 'inherit'], detached: true })

const signalGroup = (signal) => {
  try {
    process.kill(-child.pid, signal)
  } catch {
    // It is gone already.
  }
}

// Signalled once. Who asks again can make the end come sooner, never later.
let force
let forcedAt = Number.POSITIVE_INFINITY
const endWithin = (milliseconds) => {
  if (force === undefined) signalGroup('SIGTERM')
  const at = performance.now() + milliseconds
  if (at >= forcedAt) return
  forcedAt = at
  clearTimeout(force)
  force = setTimeout(signalGroup, milliseconds, 'SIGKILL')
}
const end = () => endWithin(GRACE_MILLISECONDS)

child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(127)
})
child.on('exit', (code, signal) => {
  signalGroup('SIGKILL')
  process.exit(signal === null ? code : 128 + constants.signals[signal])
})
process.stdin.on('end', end)
process.stdin.on('error', end)
// A line asks it to end within so many milliseconds.
process.stdin.setEncoding('utf8').on('data', (lines) => endWithin(Number(lines.trim().split('\n').at(-1))))
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end)
