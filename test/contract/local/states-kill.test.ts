import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetActivityTaskCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { expect } from 'chai'

const roleArn = 'arn:aws:iam::000000000000:role/machine'
const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:slow'

describe('Step Functions after kill -9', () => {
  let directory: string
  let child: ChildProcess
  let client: SFNClient
  let functions: Server
  let calls: number
  let answering: boolean

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'darkroom-states-kill-'))
    calls = 0
    answering = false
    functions = createServer((_request, response) => {
      calls += 1
      if (answering) response.end('{"developed":true}')
    })
    functions.listen(0, '127.0.0.1')
    await once(functions, 'listening')
    await startChild()
  })
  afterEach(async () => {
    client.destroy()
    child.kill('SIGKILL')
    functions.closeAllConnections()
    functions.close()
    await rm(directory, { recursive: true })
  })

  async function startChild(): Promise<void> {
    const lambdaEndpoint = `http://127.0.0.1:${(functions.address() as AddressInfo).port}`
    const program = ['--import=tsx', 'test/support/states-server.ts', '--port', '0', '--data-dir', directory]
    const more = ['--lambda-endpoint', lambdaEndpoint, '--events-file', join(directory, 'events.txt')]
    child = spawn(process.execPath, [...program, ...more], { stdio: ['ignore', 'pipe', 'ignore'] })
    const [line] = (await once(child.stdout!, 'data')) as [Buffer]
    client = new SFNClient({
      endpoint: /http\S+/.exec(line.toString())![0],
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    })
  }

  async function killAndRestart(downMilliseconds = 0): Promise<void> {
    client.destroy()
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
    await new Promise((resolve) => setTimeout(resolve, downMilliseconds))
    await startChild()
  }

  async function start(definition: object, input = '{}'): Promise<string> {
    const { stateMachineArn } = await client.send(
      new CreateStateMachineCommand({ name: 'survivor', definition: JSON.stringify(definition), roleArn }),
    )
    return (await client.send(new StartExecutionCommand({ stateMachineArn, input, name: 'one' }))).executionArn!
  }

  async function until<T>(read: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
    for (;;) {
      const value = await read()
      if (good(value)) return value
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  const describeExecution = (executionArn: string) => client.send(new DescribeExecutionCommand({ executionArn }))
  const ended = (executionArn: string) =>
    until(
      () => describeExecution(executionArn),
      ({ status }) => status !== 'RUNNING',
    )

  it('runs the task again that was under way, and the history shows one execution as if nothing had happened', async () => {
    const executionArn = await start({
      StartAt: 'Before',
      States: {
        Before: { Type: 'Pass', Result: { roll: 1 }, Next: 'Slow' },
        Slow: { Type: 'Task', Resource: functionArn, Next: 'After' },
        After: { Type: 'Pass', End: true },
      },
    })
    await until(
      async () => calls,
      (count) => count === 1,
    )
    const before = await client.send(new GetExecutionHistoryCommand({ executionArn }))
    answering = true
    await killAndRestart()
    const execution = await ended(executionArn)
    expect(execution).to.include({ status: 'SUCCEEDED', output: '{"developed":true}' })
    expect(calls).to.equal(2)
    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }))
    expect(events?.slice(0, before.events!.length)).to.deep.equal(before.events)
    expect(events?.map(({ id }) => id)).to.deep.equal(events?.map((_event, index) => index + 1))
    expect(events?.map(({ type }) => type)).to.deep.equal([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ])
  })

  it('still takes the token that a worker got before', async () => {
    const { activityArn } = await client.send(new CreateActivityCommand({ name: 'survive' }))
    const executionArn = await start({
      StartAt: 'Work',
      States: { Work: { Type: 'Task', Resource: activityArn, End: true } },
    })
    const { taskToken } = await client.send(new GetActivityTaskCommand({ activityArn }))
    await killAndRestart()
    await client.send(new SendTaskSuccessCommand({ taskToken, output: '"done"' }))
    expect(await ended(executionArn)).to.include({ status: 'SUCCEEDED', output: '"done"' })
  })

  it('gives a task that no worker had taken to the next one that asks', async () => {
    const { activityArn } = await client.send(new CreateActivityCommand({ name: 'survive' }))
    const definition = { StartAt: 'Work', States: { Work: { Type: 'Task', Resource: activityArn, End: true } } }
    const executionArn = await start(definition, '{"roll":3}')
    await killAndRestart()
    const { taskToken, input } = await client.send(new GetActivityTaskCommand({ activityArn }))
    expect(JSON.parse(input!)).to.deep.equal({ roll: 3 })
    await client.send(new SendTaskSuccessCommand({ taskToken, output: '4' }))
    expect(await ended(executionArn)).to.include({ status: 'SUCCEEDED', output: '4' })
  })

  it('keeps the due time of a timer', async () => {
    const Timestamp = new Date(Date.now() + 2500).toISOString()
    const executionArn = await start({ StartAt: 'Wait', States: { Wait: { Type: 'Wait', Timestamp, End: true } } })
    await killAndRestart()
    const { status, stopDate } = await ended(executionArn)
    expect(status).to.equal('SUCCEEDED')
    expect(stopDate!.getTime()).to.be.within(Date.parse(Timestamp), Date.parse(Timestamp) + 2000)
  })

  it('does not count the time in which nothing ran as time of the task', async () => {
    const executionArn = await start({
      StartAt: 'Slow',
      States: { Slow: { Type: 'Task', Resource: functionArn, TimeoutSeconds: 2, End: true } },
    })
    await until(
      async () => calls,
      (count) => count === 1,
    )
    answering = true
    await killAndRestart(2000)
    expect(await ended(executionArn)).to.include({ status: 'SUCCEEDED', output: '{"developed":true}' })
  })

  it('goes on with the children of a distributed Map, without starting any of them twice', async () => {
    const executionArn = await start(
      {
        StartAt: 'Each',
        States: {
          Each: {
            Type: 'Map',
            ItemProcessor: {
              ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
              StartAt: 'Slow',
              States: { Slow: { Type: 'Task', Resource: functionArn, End: true } },
            },
            End: true,
          },
        },
      },
      '[1,2,3]',
    )
    await until(
      async () => calls,
      (count) => count === 3,
    )
    answering = true
    await killAndRestart()
    expect((await ended(executionArn)).output).to.equal('[{"developed":true},{"developed":true},{"developed":true}]')
    expect(calls).to.equal(6)
  })

  it('lists what had finished and announces what nobody had heard of', async () => {
    const executionArn = await start({ StartAt: 'Only', States: { Only: { Type: 'Pass', End: true } } })
    await ended(executionArn)
    await killAndRestart()
    const stateMachineArn = executionArn.replace(':execution:', ':stateMachine:').replace(/:one$/, '')
    const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn }))
    expect(executions?.map(({ status }) => status)).to.deep.equal(['SUCCEEDED'])
    const announced = await until(
      () => readFile(join(directory, 'events.txt'), 'utf8').catch(() => ''),
      (text) => text.includes('SUCCEEDED'),
    )
    expect(announced.trim().split('\n')).to.deep.equal(['RUNNING', 'SUCCEEDED'])
  })
})
