// Runs one command and ends it when standard input closes. The kernel closes it however the stack ends, kill -9
// included, so no container program outlives its stack.
import { spawn } from 'node:child_process'

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

let isEnding = false
const end = () => {
  if (isEnding) return
  isEnding = true
  signalGroup('SIGTERM')
  setTimeout(signalGroup, GRACE_MILLISECONDS, 'SIGKILL')
}

child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(127)
})
child.on('exit', (code, signal) => {
  signalGroup('SIGKILL')
  process.exit(signal === null ? code : 1)
})
process.stdin.on('end', end)
process.stdin.on('error', end)
process.stdin.resume()
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end)
