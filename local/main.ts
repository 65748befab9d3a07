import './quiet-sdk.ts'
import { resolve } from 'node:path'
import { parseStackArguments, STACK_USAGE, UsageError } from './arguments.ts'
import { systemClock } from './clock.ts'
import { createLaptopStack } from './create-stack.ts'
import { openDataDirectory, readSecrets } from './data-directory.ts'
import { findFreePort } from './free-port.ts'
import { packageWhenStale } from './packaging/package-when-stale.ts'
import { removeStackFile, writeStackFile } from './stack-file.ts'

const ROOT = resolve(import.meta.dirname, '..')

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Resolves when the process is asked to stop. */
function untilAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

async function main(): Promise<void> {
  const options = parseStackArguments(process.argv.slice(2))
  if (options.help) return say(STACK_USAGE)
  const dataDirectory = resolve(options.dataDirectory)
  openDataDirectory(dataDirectory, options.reset)
  const port = await findFreePort(options.port, '--port')
  const apiPort = await findFreePort(options.apiPort, '--api-port')
  const wasStale = await packageWhenStale(ROOT, () => say('Packaging, because something has changed …'))
  const secrets = readSecrets(dataDirectory)
  const stack = await createLaptopStack({
    packageDirectory: resolve(ROOT, '.serverless'),
    dataDirectory,
    secrets,
    port,
    apiPort,
    ...(options.lambdaEndpoint === undefined ? {} : { lambdaEndpoint: options.lambdaEndpoint }),
    clock: systemClock,
    log: say,
  })
  const { endpoint, apiUrl, mailboxUrl, bucket } = stack
  writeStackFile(dataDirectory, { pid: process.pid, endpoint, apiUrl, apiKey: secrets.apiKey, mailboxUrl, bucket })
  const stopped = untilAskedToStop()
  say(`AWS endpoint  ${endpoint}  (access key test, secret test, region us-east-1)`)
  say(`REST API      ${apiUrl}  (x-api-key ${secrets.apiKey}, username admin)`)
  say(`Mailbox       ${mailboxUrl}`)
  say(
    `Darkroom is ready after ${process.uptime().toFixed(2)} s${wasStale ? ', packaging included' : ''}. Ctrl-C stops it.`,
  )
  await stopped
  removeStackFile(dataDirectory)
  await stack.close()
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  if (error instanceof UsageError) process.stderr.write(`\n${STACK_USAGE}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
  process.exit()
})
