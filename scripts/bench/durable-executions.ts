import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  GetActivityTaskCommand,
  ListExecutionsCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'

const CALLERS = 64
const POLL_MILLISECONDS = 10
const ROLE = 'arn:aws:iam::000000000000:role/bench'
const BYTES_IN_KIB = 1024

export interface WaitingFigures {
  /** Resident memory of the whole stack with so many executions waiting, in MiB. */
  waitingMebibytes: number
  /** What one waiting execution adds, in KiB. */
  waitingKibibytesEach: number
  /** Executions that ended well once their tokens came back. */
  finished: number
}

/** Calls `call` with 0 to `count` - 1 from a fixed number of callers at once. */
async function repeat(count: number, call: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) await call(next++)
  }
  await Promise.all(Array.from({ length: CALLERS }, work))
}

const residentBytes = (pid: number): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString()) * BYTES_IN_KIB

async function createMachine(sfn: SFNClient, name: string, definition: object): Promise<string> {
  const command = new CreateStateMachineCommand({ name, definition: JSON.stringify(definition), roleArn: ROLE })
  return (await sfn.send(command)).stateMachineArn ?? ''
}

async function countByStatus(
  sfn: SFNClient,
  stateMachineArn: string,
  statusFilter: 'RUNNING' | 'SUCCEEDED',
): Promise<number> {
  let count = 0
  let nextToken: string | undefined
  do {
    const command = new ListExecutionsCommand({ stateMachineArn, statusFilter, maxResults: 1000, nextToken })
    const page = await sfn.send(command)
    count += page.executions?.length ?? 0
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return count
}

const passStates = Object.fromEntries(
  ['One', 'Two', 'Three', 'Four', 'Five'].map((name, index, all) => {
    const next = all[index + 1]
    return [name, { Type: 'Pass', ...(next === undefined ? { End: true } : { Next: next }) }]
  }),
)

/** Finished executions a second of five Pass states, started over HTTP, each journalled before it has any effect. */
export async function timeExecutions(sfn: SFNClient, count: number): Promise<number> {
  const stateMachineArn = await createMachine(sfn, `bench-pass-${Date.now()}`, { StartAt: 'One', States: passStates })
  const start = () => sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{"a":1}' }))
  await repeat(count / 10, start)
  const startedAt = performance.now()
  await repeat(count, start)
  while ((await countByStatus(sfn, stateMachineArn, 'RUNNING')) > 0) await sleep(POLL_MILLISECONDS)
  return (count * 1000) / (performance.now() - startedAt)
}

/** Lets executions wait on task tokens in a running stack, `pid` its process, and then gives every token back. */
export async function measureWaiting(sfn: SFNClient, pid: number, waiting: number): Promise<WaitingFigures> {
  const before = residentBytes(pid)
  const name = `bench-wait-${Date.now()}`
  const { activityArn } = await sfn.send(new CreateActivityCommand({ name }))
  const stateMachineArn = await createMachine(sfn, name, {
    StartAt: 'Wait for worker',
    States: { 'Wait for worker': { Type: 'Task', Resource: activityArn, End: true } },
  })
  await repeat(waiting, (index) =>
    sfn.send(new StartExecutionCommand({ stateMachineArn, input: `{"index":${index}}` })),
  )
  const held = residentBytes(pid)
  await repeat(waiting, async () => {
    const { taskToken } = await sfn.send(new GetActivityTaskCommand({ activityArn }))
    await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))
  })
  return {
    waitingMebibytes: held / BYTES_IN_KIB ** 2,
    waitingKibibytesEach: (held - before) / BYTES_IN_KIB / waiting,
    finished: await countByStatus(sfn, stateMachineArn, 'SUCCEEDED'),
  }
}
