import '../local/quiet-sdk.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn'
import type { StackFile } from '../local/stack-file.ts'
import { createApiClient } from './demo/api-client.ts'
import { FREE_PORTS, startStackChild } from './stack-child.ts'

/** Measures how long the stack takes to be ready, and how long a mail takes after the end of its execution. */

const RUNS = 5
const MERGES = 10

interface Mail {
  receivedAt: string
  body: string
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

async function fetchMail(stack: StackFile, id: string): Promise<Mail> {
  for (;;) {
    const response = await fetch(`${stack.mailboxUrl}.json`)
    const { mails } = (await response.json()) as { mails: Mail[] }
    const mail = mails.find(({ body }) => body.includes(id))
    if (mail) return mail
  }
}

/** Milliseconds from the end of an execution, which fails at planning, to its mail. */
async function timeMail(stack: StackFile): Promise<number> {
  const api = createApiClient(stack.apiUrl, stack.apiKey, 'admin')
  const body = { name: 'bench', method: 'none', primary: 'nowhere.safetensors' }
  const { data } = await api.call<{ id: string; links: { execution: string } }>('POST', '/merges', body)
  const mail = await fetchMail(stack, data.id)
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const sfn = new SFNClient({ endpoint: stack.endpoint, region: 'us-east-1', credentials })
  const { stopDate } = await sfn.send(new DescribeExecutionCommand({ executionArn: data.links.execution }))
  return Date.parse(mail.receivedAt) - Number(stopDate)
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-bench-'))
  const starts: number[] = []
  const mails: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const { stack, seconds, end } = await startStackChild(directory, { options: FREE_PORTS })
    // The first start may package and unpack; it counts as what people wait for only once.
    if (run > 0) starts.push(seconds)
    if (run === RUNS - 1) for (let merge = 0; merge < MERGES; merge++) mails.push(await timeMail(stack))
    await end('SIGTERM')
  }
  rmSync(directory, { recursive: true })
  const print = (line: string): void => void process.stdout.write(`${line}\n`)
  print(`ready after: ${starts.map((seconds) => seconds.toFixed(2)).join(' ')} s`)
  print(`end of execution to mail: ${mails.join(' ')} ms (the first one starts the function's worker)`)
  print(`ready ${median(starts).toFixed(2)} s, mail ${median(mails)} ms (medians)`)
}

await main()
