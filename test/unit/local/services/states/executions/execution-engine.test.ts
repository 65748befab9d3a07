import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { compileMachine } from '../../../../../../local/interpreter/compile.ts'
import type { HistoryEvent, Input } from '../../../../../../local/interpreter/contract.ts'
import { Outbox } from '../../../../../../local/services/states/announcements/outbox.ts'
import type { Durability } from '../../../../../../local/services/states/executions/active-execution.ts'
import type { Beginning } from '../../../../../../local/services/states/executions/beginning.ts'
import type { EffectRunner } from '../../../../../../local/services/states/executions/effect-runner.ts'
import { ExecutionEngine } from '../../../../../../local/services/states/executions/execution-engine.ts'
import type { ExecutionRecord } from '../../../../../../local/services/states/executions/execution-record.ts'
import type { Outstanding } from '../../../../../../local/services/states/executions/outstanding.ts'
import { keys, under } from '../../../../../../local/services/states/store/keys.ts'
import { LevelStore } from '../../../../../../local/services/states/store/level-store.ts'
import { createManualClock, type ManualClock } from '../../../../../support/manual-clock.ts'

const arn = 'arn:aws:states:us-east-1:000000000000:execution:develop:one'
const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:develop'
const definition = JSON.stringify({
  StartAt: 'Expose',
  States: {
    Expose: { Type: 'Pass', Next: 'Develop' },
    Develop: {
      Type: 'Task',
      Resource: 'arn:aws:lambda:us-east-1:000000000000:function:develop',
      TimeoutSeconds: 60,
      End: true,
    },
  },
})
const ports = {
  hash: (algorithm: string, text: string) => createHash(algorithm.replace('-', '')).update(text).digest('hex'),
}

describe('The engine of executions', () => {
  let directory: string
  let store: LevelStore
  let clock: ManualClock
  let engine: ExecutionEngine
  let ran: Outstanding[]
  let takenBack: Outstanding[]
  let onRun: (awaited: Outstanding) => void

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'darkroom-engine-'))
    store = await LevelStore.open(directory)
    clock = createManualClock(1_000_000)
    engine = createEngine()
  })
  afterEach(async () => {
    engine.close()
    await store.close()
    rmSync(directory, { recursive: true })
  })

  function createEngine(): ExecutionEngine {
    ran = []
    takenBack = []
    onRun = () => undefined
    const effects: EffectRunner = {
      run: (_active, awaited) => {
        ran.push(awaited)
        onRun(awaited)
      },
      settle: () => undefined,
      takeBack: (_active, awaited) => {
        takenBack.push(awaited)
      },
      account: () => [],
    }
    const created = new ExecutionEngine({
      store,
      clock,
      ports,
      outbox: new Outbox(store, clock, async () => undefined),
    })
    created.connect(effects)
    return created
  }

  function beginning(durability: Durability = 'kept'): Beginning {
    const record: ExecutionRecord = {
      id: '00000000001',
      arn,
      name: 'one',
      machineArn,
      machineName: 'develop',
      type: 'STANDARD',
      roleArn: 'role',
      definitionHash: 'hash',
      machineUpdatedAt: 0,
      status: 'RUNNING',
      startedAt: clock.now(),
      redriveCount: 0,
    }
    return {
      record,
      durability,
      machine: compileMachine(definition, { type: 'STANDARD' }),
      start: {
        at: clock.now(),
        seed: 'seed',
        input: '{"roll":1}',
        executionArn: arn,
        executionName: 'one',
        roleArn: 'role',
        stateMachineArn: machineArn,
        stateMachineName: 'develop',
        type: 'STANDARD',
        region: 'us-east-1',
      },
    }
  }

  const taskId = (): string => {
    const task = ran.find((awaited) => awaited.kind === 'task')
    return task?.kind === 'task' ? task.effect.taskId : 'none'
  }
  const history = async (): Promise<HistoryEvent[]> =>
    (await store.values<HistoryEvent[]>(under(`${keys.eventsOf('00000000001')}\0`))).flat()
  const journal = (): Promise<Input[]> => store.values(under(`${keys.journalOf('00000000001')}\0`))

  it('has the start and its events on disk before anything of it happens', async () => {
    const found: Promise<unknown>[] = []
    onRun = () => found.push(store.getMany([keys.journal('00000000001', 0), keys.running('00000000001')]))
    await engine.begin(beginning())
    expect(ran.map(({ kind }) => kind)).to.have.members(['task', 'timer'])
    for (const [start, running] of (await Promise.all(found)) as [object, string][]) {
      expect(start).to.include({ input: '{"roll":1}', executionArn: arn })
      expect(running).to.equal(arn)
    }
  })

  it('does nothing when the start cannot be written', async () => {
    await store.close()
    const failure = await engine.begin(beginning()).catch((error: Error) => error)
    expect(failure).to.be.instanceOf(Error)
    expect(ran).to.deep.equal([])
    store = await LevelStore.open(directory)
  })

  it('answers an input only when it is on disk', async () => {
    await engine.begin(beginning())
    await clock.advance(5000)
    const accepted = await engine.deliver(arn, { kind: 'taskSucceeded', taskId: taskId(), output: '"print"' })
    expect(accepted).to.equal(true)
    expect(await store.get(keys.execution(arn))).to.include({ status: 'SUCCEEDED' })
    expect(await store.get(keys.payload('00000000001', 'output'))).to.equal('"print"')
    expect((await history()).map(({ id }) => id)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('forgets a finished execution, but for its record and its history', async () => {
    await engine.begin(beginning())
    const end = engine.whenEnded(arn)
    await engine.deliver(arn, { kind: 'taskSucceeded', taskId: taskId(), output: '1' })
    expect(await end).to.deep.equal({ status: 'SUCCEEDED', output: '1' })
    expect(engine.find(arn)).to.equal(undefined)
    expect(await journal()).to.deep.equal([])
    expect(await store.values(under(keys.running('')))).to.deep.equal([])
  })

  it('keeps the journal of one that failed, to be redriven', async () => {
    await engine.begin(beginning())
    await engine.deliver(arn, { kind: 'taskFailed', taskId: taskId(), error: 'Fogged' })
    expect(await store.get(keys.execution(arn))).to.include({ status: 'FAILED', error: 'Fogged' })
    expect(await journal()).to.have.length(2)
  })

  it('refuses a second answer to the same task', async () => {
    await engine.begin(beginning())
    const answer = { kind: 'taskSucceeded', taskId: taskId(), output: '1' } as const
    const both = await Promise.all([engine.deliver(arn, answer), engine.deliver(arn, answer)])
    expect(both).to.deep.equal([true, false])
    expect(await engine.deliver(arn, answer)).to.equal(false)
  })

  it('takes back what is under way when the execution is stopped', async () => {
    await engine.begin(beginning())
    expect(await engine.deliver(arn, { kind: 'stop', error: 'Enough' })).to.equal(true)
    expect(takenBack.map(({ kind }) => kind)).to.have.members(['task', 'timer'])
    expect(await store.get(keys.execution(arn))).to.include({ status: 'ABORTED', error: 'Enough' })
  })

  it('never lets time go back within an execution', async () => {
    await engine.begin(beginning())
    clock = createManualClock(500)
    const rebuilt = createEngine()
    const [start, ...inputs] = (await journal()) as [never, ...Input[]]
    const active = await rebuilt.rebuild({ ...beginning(), start }, inputs)
    rebuilt.continueWork(active)
    await rebuilt.deliver(arn, { kind: 'taskSucceeded', taskId: taskId(), output: '1' })
    const times = (await history()).map(({ timestamp }) => timestamp)
    expect(times).to.deep.equal([...times].sort((a, b) => a - b))
    rebuilt.close()
  })

  it('rebuilds an execution from its journal, and it ends as it would have', async () => {
    const whole = beginning()
    await engine.begin(whole)
    const tokensBefore = ran.map((awaited) => (awaited.kind === 'task' ? awaited.effect : awaited))
    engine.close()
    engine = createEngine()
    const [start, ...inputs] = (await journal()) as [never, ...Input[]]
    const active = await engine.rebuild({ ...whole, start }, inputs)
    expect(ran).to.deep.equal([])
    engine.continueWork(active)
    expect(ran.map((awaited) => (awaited.kind === 'task' ? awaited.effect : awaited))).to.deep.equal(tokensBefore)
    await engine.deliver(arn, { kind: 'taskSucceeded', taskId: taskId(), output: '1' })
    expect((await history()).map(({ type }) => type)).to.deep.equal([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ])
  })

  it('leaves nothing of an Express execution on disk, and nothing at all of a synchronous one', async () => {
    await engine.begin(beginning('untilEnd'))
    expect(await journal()).to.have.length(1)
    await engine.deliver(arn, { kind: 'taskSucceeded', taskId: taskId(), output: '1' })
    expect(await store.values(under(''))).to.deep.equal([])
    engine = createEngine()
    await engine.begin(beginning('none'))
    expect(await store.values(under(''))).to.deep.equal([])
    expect(await engine.deliver(arn, { kind: 'taskSucceeded', taskId: taskId(), output: '1' })).to.equal(true)
    expect(await store.values(under(''))).to.deep.equal([])
  })
})
