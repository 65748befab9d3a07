import '../local/quiet-sdk.ts'
import { createApiClient } from './demo/api-client.ts'
import { DEMO_USAGE, type DemoArguments, parseDemoArguments, UsageError } from './demo/arguments.ts'
import type { DemoContext } from './demo/demo-context.ts'
import { runGenerate } from './demo/run-generate.ts'
import { runMerge } from './demo/run-merge.ts'
import { runTrain } from './demo/run-train.ts'
import { type UsedStack, useStack } from './demo/start-stack.ts'
import { takeBack } from './demo/take-back.ts'
import { createTerminal } from './demo/terminal.ts'

const INTERRUPTED = 130
const terminal = createTerminal(process.stdout)
const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort(new Error('interrupted')))
process.once('SIGTERM', () => interruption.abort(new Error('terminated')))

function run(context: DemoContext, options: DemoArguments): Promise<void> {
  switch (options.command) {
    case 'merge':
      return runMerge(context, options)
    case 'generate':
      return runGenerate(context, options)
    case 'train':
      return runTrain(context, options)
  }
}

async function main(): Promise<void> {
  const options = parseDemoArguments(process.argv.slice(2))
  if (options.help) return terminal.line(DEMO_USAGE)
  const startedAt = performance.now()
  const used: UsedStack = await useStack(options.dataDirectory, (line) => terminal.line(line))
  const context: DemoContext = {
    stack: used.stack,
    terminal,
    signal: interruption.signal,
    unfinished: { checkpointIds: [] },
  }
  try {
    await run(context, options)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    terminal.line(`\nDone in ${seconds} s. \`npm start\` keeps the stack running: AWS endpoint, REST API, mailbox.`)
  } catch (error) {
    const api = createApiClient(used.stack.apiUrl, used.stack.apiKey, 'admin')
    await takeBack(api, context.unfinished).catch((failure: Error) =>
      terminal.line(`cleaning up failed: ${failure.message}`),
    )
    throw error
  } finally {
    await used.stop()
  }
}

main().catch((error: Error) => {
  terminal.line()
  if (interruption.signal.aborted) {
    terminal.line('Interrupted. What the demo had begun is taken back.')
    process.exitCode = INTERRUPTED
    return
  }
  process.stderr.write(`demo: ${error.message}\n`)
  if (error instanceof UsageError) process.stderr.write(`\n${DEMO_USAGE}\n`)
  process.exitCode = 1
})
