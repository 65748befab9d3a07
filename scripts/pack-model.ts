import '../local/quiet-sdk.ts'
import { availableParallelism } from 'node:os'
import { createTerminal } from './demo/terminal.ts'
import { PACK_USAGE, parsePackArguments, UsageError } from './pack-model/arguments.ts'
import { partSizeFor } from './pack-model/make-part.ts'
import { type PackContext, runAbort, runPack } from './pack-model/run-pack.ts'

const INTERRUPTED = 130
const terminal = createTerminal(process.stdout)
const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort(new Error('interrupted')))
process.once('SIGTERM', () => interruption.abort(new Error('terminated')))

async function main(): Promise<void> {
  const options = parsePackArguments(process.argv.slice(2))
  if (!options) return terminal.line(PACK_USAGE)
  const context: PackContext = {
    terminal,
    signal: interruption.signal,
    threads: availableParallelism(),
    partSizeFor,
  }
  await (options.abort ? runAbort(context, options) : runPack(context, options))
}

main().catch((error: Error) => {
  terminal.line()
  if (interruption.signal.aborted) {
    terminal.line('Interrupted. What is uploaded stays for a day: the same command goes on, --abort drops it.')
    process.exit(INTERRUPTED)
  }
  process.stderr.write(`pack-model: ${error.message}\n`)
  if (error instanceof UsageError) process.stderr.write(`\n${PACK_USAGE}\n`)
  process.exitCode = 1
})
