import '../local/quiet-sdk.ts'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SFNClient } from '@aws-sdk/client-sfn'
import { StateMachine } from 'aws-local-stepfunctions'
import { compileMachine } from '../local/interpreter/compile.ts'
import type { Ports, Start, StepResult } from '../local/interpreter/contract.ts'
import { startExecution } from '../local/interpreter/start-execution.ts'
import { step } from '../local/interpreter/step.ts'
import { measureWaiting, timeExecutions } from './bench/durable-executions.ts'
import { JSONATA_WORKLOADS, JSONPATH_WORKLOADS, type Workload } from './bench/workloads.ts'
import { FREE_PORTS, startStackChild } from './stack-child.ts'

/** Measures state transitions per second, ours with the history recorded, against aws-local-stepfunctions 3.0.0 in the same run. */

const ROUNDS = 5
const ROUND_MILLISECONDS = 600

type Run = () => Promise<void>

const ports: Ports = { hash: (algorithm, text) => createHash(algorithm.replace('-', '')).update(text).digest('hex') }

const start: Omit<Start, 'input'> = {
  at: 0,
  seed: 'bench',
  ports,
  executionArn: 'arn:aws:states:us-east-1:123456789012:execution:bench:run',
  executionName: 'run',
  roleArn: 'arn:aws:iam::123456789012:role/bench',
  stateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:bench',
  stateMachineName: 'bench',
  type: 'STANDARD',
  region: 'us-east-1',
}

function prepareOurs({ name, definition, input, transitions }: Workload): Run {
  const machine = compileMachine(JSON.stringify(definition), { type: 'STANDARD' })
  const text = JSON.stringify(input)
  return async () => {
    let result: StepResult = await startExecution(machine, { ...start, input: text })
    let events = result.events.length
    while (result.pending) {
      result = await step(result.execution, { kind: 'continue', at: 0 })
      events += result.events.length
    }
    if (result.execution.outcome?.status !== 'SUCCEEDED' || events < transitions)
      throw new Error(`${name}: did not run`)
  }
}

function preparePeer({ definition, input }: Workload): Run {
  const machine = new StateMachine(definition as unknown as ConstructorParameters<typeof StateMachine>[0], {})
  return async () => void (await machine.run(input as Parameters<typeof machine.run>[0]).result)
}

async function timeRound(run: Run, transitions: number): Promise<number> {
  const startedAt = performance.now()
  let runs = 0
  do {
    await run()
    runs++
  } while (performance.now() - startedAt < ROUND_MILLISECONDS)
  return (runs * transitions * 1000) / (performance.now() - startedAt)
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const print = (line: string): void => void process.stdout.write(`${line}\n`)
const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en').padStart(11)} /s`

/** Rounds alternate, so that what else the machine does falls on both alike. */
async function compare(workload: Workload): Promise<number> {
  const [ours, peer] = [prepareOurs(workload), preparePeer(workload)]
  const rates = { ours: [] as number[], peer: [] as number[] }
  for (let round = 0; round <= ROUNDS; round++) {
    const pair = [await timeRound(ours, workload.transitions), await timeRound(peer, workload.transitions)] as const
    if (round === 0) continue
    rates.ours.push(pair[0])
    rates.peer.push(pair[1])
  }
  const ratio = median(rates.ours) / median(rates.peer)
  print(
    `${workload.name.padEnd(32)}${perSecond(median(rates.ours))}${perSecond(median(rates.peer))}   ${ratio.toFixed(2)} x`,
  )
  return ratio
}

print(`${'state transitions'.padEnd(32)}${'ours'.padStart(14)}${'peer'.padStart(14)}`)
const ratios: number[] = []
for (const workload of JSONPATH_WORKLOADS) ratios.push(await compare(workload))
for (const workload of JSONATA_WORKLOADS) {
  const run = prepareOurs(workload)
  await timeRound(run, workload.transitions)
  print(`${workload.name.padEnd(32)}${perSecond(await timeRound(run, workload.transitions))}`)
}

const WAITING = 10_000
const EXECUTIONS = 5_000

/** Runs a measurement on a stack of its own. */
async function withStack<Figures>(measure: (sfn: SFNClient, pid: number) => Promise<Figures>): Promise<Figures> {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-bench-'))
  const { stack, end } = await startStackChild(directory, { options: FREE_PORTS })
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const sfn = new SFNClient({ endpoint: stack.endpoint, region: 'us-east-1', credentials })
  const figures = await measure(sfn, stack.pid)
  sfn.destroy()
  await end('SIGTERM')
  rmSync(directory, { recursive: true })
  return figures
}

const rate = await withStack((sfn) => timeExecutions(sfn, EXECUTIONS))
print(`durable executions of five states  ${Math.round(rate)} /s, over signed HTTP`)
const { waitingMebibytes, waitingKibibytesEach, finished } = await withStack((sfn, pid) =>
  measureWaiting(sfn, pid, WAITING),
)
print(
  `${WAITING} waiting executions  ${Math.round(waitingMebibytes)} MiB in the whole stack, ` +
    `${waitingKibibytesEach.toFixed(1)} KiB each; ${finished} finished`,
)
print(
  `ours with history / aws-local-stepfunctions 3.0.0 without: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')} x`,
)
