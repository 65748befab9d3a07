import { expect } from 'chai'
import { childMachine, compileMachine } from '../../../../local/interpreter/compile.ts'
import type { Effect, Execution, Input, StepResult } from '../../../../local/interpreter/contract.ts'
import { startExecution } from '../../../../local/interpreter/start-execution.ts'
import { step } from '../../../../local/interpreter/step.ts'
import { execute, executeMachine, startOf } from '../../../support/interpreter-driver.ts'

const compile = (definition: unknown) => compileMachine(JSON.stringify(definition), { type: 'STANDARD' })
const task = { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', Parameters: {}, End: true }
const at = Date.UTC(2026, 0, 1)

const begin = (definition: unknown, input: unknown = {}): StepResult =>
  startExecution(compile(definition), startOf(JSON.stringify(input))) as StepResult

const tell = (execution: Execution, input: Input): StepResult => step(execution, input) as StepResult

function only<K extends Effect['kind']>({ effects }: StepResult, kind: K): Extract<Effect, { kind: K }>[] {
  return effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind)
}

const types = ({ events }: StepResult): string[] => events.map(({ type }) => type)

describe('step', () => {
  const twoTasks = {
    StartAt: 'P',
    States: {
      P: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'A', States: { A: { ...task, TimeoutSeconds: 60, HeartbeatSeconds: 10 } } },
          { StartAt: 'B', States: { B: { Type: 'Wait', Seconds: 5, End: true } } },
        ],
        End: true,
      },
    },
  }

  it('leaves the execution it was given as it was', () => {
    const first = begin(twoTasks)
    const [call] = only(first, 'invokeTask')
    const input: Input = { kind: 'taskSucceeded', taskId: call!.taskId, output: '1', at }
    const once = tell(first.execution, input)
    const again = tell(first.execution, input)
    expect(again.events).to.deep.equal(once.events)
    expect(again.effects).to.deep.equal(once.effects)
    expect(once.execution).to.not.equal(first.execution)
  })

  it('takes back the timers of a task that succeeded', () => {
    const first = begin(twoTasks)
    const [call] = only(first, 'invokeTask')
    const [timeout, heartbeat] = only(first, 'setTimer')
    expect([timeout!.dueAt - at, heartbeat!.dueAt - at]).to.deep.equal([60_000, 10_000])
    const done = tell(first.execution, { kind: 'taskSucceeded', taskId: call!.taskId, output: '1', at })
    expect(only(done, 'cancelTimer')).to.have.length(2)
  })

  it('hands out a token only where one is waited for, the same on every replay', () => {
    const [call] = only(begin(twoTasks), 'invokeTask')
    const [again] = only(begin(twoTasks), 'invokeTask')
    expect(call!.taskToken).to.be.a('string').and.equal(again!.taskToken)
    const plain = { StartAt: 'A', States: { A: { ...task, Resource: 'arn:aws:states:::sqs:sendMessage' } } }
    expect(only(begin(plain), 'invokeTask')[0]!.taskToken).to.equal(undefined)
  })

  it('shows the token in the context object', () => {
    const definition = { StartAt: 'A', States: { A: { ...task, Parameters: { 'Token.$': '$$.Task.Token' } } } }
    const [call] = only(begin(definition), 'invokeTask')
    expect(call!.parameters).to.deep.equal({ Token: call!.taskToken })
  })

  it('answers nothing to inputs that come too late or to nobody', () => {
    const first = begin(twoTasks)
    const strays: Input[] = [
      { kind: 'taskSucceeded', taskId: 'task-1-99', output: '1', at },
      { kind: 'taskFailed', taskId: 'task-99-1', at },
      { kind: 'taskStarted', taskId: 'task-2-1', at },
      { kind: 'taskSubmitted', taskId: 'task-0-1', output: '{}', at },
      { kind: 'taskHeartbeat', taskId: 'task-99-1', at },
      { kind: 'timerFired', timerId: 'timer-99-1', at },
      { kind: 'timerFired', timerId: 'timer-1-99', at },
      { kind: 'timerFired', timerId: 'timer-2-99', at },
      { kind: 'timerFired', timerId: 'timer-0-99', at },
      { kind: 'itemsRead', readId: 'read-1-1', items: [], at },
      { kind: 'itemsFailed', readId: 'read-99-1', error: 'E', cause: 'c', at },
      { kind: 'resultsWritten', writeId: 'write-1-1', output: 1, at },
      { kind: 'resultsFailed', writeId: 'write-1-1', error: 'E', cause: 'c', at },
      { kind: 'childEnded', childId: 'child-1-1-0', outcome: { status: 'SUCCEEDED', output: '1' }, at },
      { kind: 'childEnded', childId: 'child-99-1-0', outcome: { status: 'SUCCEEDED', output: '1' }, at },
      { kind: 'redrive', at },
      { kind: 'continue', at },
    ]
    for (const input of strays) {
      const result = tell(first.execution, input)
      expect([result.events, result.effects], input.kind).to.deep.equal([[], []])
    }
  })

  it('answers nothing after the end', () => {
    const ended = begin({ StartAt: 'A', States: { A: { Type: 'Succeed' } } })
    expect(ended.execution.status).to.equal('SUCCEEDED')
    expect(tell(ended.execution, { kind: 'stop', at }).events).to.deep.equal([])
    expect(tell(ended.execution, { kind: 'redrive', at }).events).to.deep.equal([])
  })

  it('ends with the effect that says so', () => {
    const { effects } = begin({ StartAt: 'A', TimeoutSeconds: 5, States: { A: { Type: 'Succeed' } } })
    expect(effects.map(({ kind }) => kind)).to.deep.equal(['setTimer', 'cancelTimer', 'executionEnded'])
  })

  it('takes back everything outstanding when it is stopped', () => {
    const first = begin(twoTasks)
    const stopped = tell(first.execution, { kind: 'stop', at: at + 1 })
    expect(types(stopped)).to.deep.equal(['ExecutionAborted'])
    expect(only(stopped, 'cancelTask')).to.have.length(1)
    expect(
      only(stopped, 'cancelTimer')
        .map(({ timerId }) => timerId)
        .sort(),
    ).to.deep.equal(
      only(first, 'setTimer')
        .map(({ timerId }) => timerId)
        .sort(),
    )
    expect(stopped.execution.outcome).to.deep.equal({ status: 'ABORTED' })
  })

  it('names each way in which a task can be refused', () => {
    const phases = (resource: string) =>
      (['schedule', 'start', 'submit', 'run'] as const).map((phase) => {
        const first = begin({ StartAt: 'A', States: { A: { Type: 'Task', Resource: resource, End: true } } })
        const [call] = only(first, 'invokeTask')
        return types(tell(first.execution, { kind: 'taskFailed', taskId: call!.taskId, error: 'E', phase, at }))[0]
      })
    expect(phases('arn:aws:states:::sqs:sendMessage')).to.deep.equal([
      'TaskFailed',
      'TaskStartFailed',
      'TaskSubmitFailed',
      'TaskFailed',
    ])
    expect(phases('arn:aws:lambda:us-east-1:123456789012:function:f')).to.deep.equal([
      'LambdaFunctionScheduleFailed',
      'LambdaFunctionStartFailed',
      'LambdaFunctionFailed',
      'LambdaFunctionFailed',
    ])
    expect(phases('arn:aws:states:us-east-1:123456789012:activity:a')).to.deep.equal([
      'ActivityScheduleFailed',
      'ActivityFailed',
      'ActivityFailed',
      'ActivityFailed',
    ])
  })

  it('records a submission by the events of its kind', () => {
    const submitted = (resource: string) => {
      const first = begin({ StartAt: 'A', States: { A: { Type: 'Task', Resource: resource, End: true } } })
      return types(
        tell(first.execution, {
          kind: 'taskSubmitted',
          taskId: only(first, 'invokeTask')[0]!.taskId,
          output: '{}',
          at,
        }),
      )
    }
    expect(submitted('arn:aws:states:::sagemaker:createTrainingJob.sync')).to.deep.equal(['TaskSubmitted'])
    expect(submitted('arn:aws:lambda:us-east-1:123456789012:function:f')).to.deep.equal(['LambdaFunctionSucceeded'])
    expect(submitted('arn:aws:states:us-east-1:123456789012:activity:a')).to.deep.equal(['ActivitySucceeded'])
  })

  it('lets a worker that has no name start an activity', () => {
    const first = begin({
      StartAt: 'A',
      States: { A: { Type: 'Task', Resource: 'arn:aws:states:us-east-1:123456789012:activity:a', End: true } },
    })
    const { events } = tell(first.execution, { kind: 'taskStarted', taskId: only(first, 'invokeTask')[0]!.taskId, at })
    expect(events[0]).to.include({ type: 'ActivityStarted' }).and.deep.include({ activityStartedEventDetails: {} })
  })

  it('gives the turn back after so many transitions and goes on when told', () => {
    const chain = {
      StartAt: 'S0',
      States: Object.fromEntries(
        Array.from({ length: 30 }, (_, index) => [
          `S${index}`,
          { Type: 'Pass', ...(index < 29 ? { Next: `S${index + 1}` } : { End: true }) },
        ]),
      ),
    }
    const machine = compile({
      StartAt: 'M',
      States: { M: { Type: 'Map', ItemProcessor: { ...chain, ProcessorConfig: { Mode: 'INLINE' } }, End: true } },
    })
    let result = startExecution(machine, { ...startOf('[1,2,3]'), transitionsPerStep: 40 }) as StepResult
    const events = [...result.events]
    let turns = 1
    while (result.pending) {
      result = tell(result.execution, { kind: 'continue', at })
      events.push(...result.events)
      turns += 1
    }
    const whole = startExecution(machine, startOf('[1,2,3]')) as StepResult
    expect(turns).to.be.greaterThan(2)
    expect(events).to.deep.equal(whole.events)
  })

  it('ends a Standard execution whose history is full, but not an Express one', () => {
    const definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Next: 'B' },
        B: { Type: 'Choice', Choices: [{ Variable: '$.never', IsPresent: true, Next: 'C' }], Default: 'A' },
        C: { Type: 'Succeed' },
      },
    }
    let result = begin(definition)
    while (result.pending) result = tell(result.execution, { kind: 'continue', at })
    expect(result.execution.eventCount).to.equal(25_000)
    expect(result.execution.outcome).to.deep.equal({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
    })
    let express = startExecution(compile(definition), { ...startOf('{}'), type: 'EXPRESS' }) as StepResult
    for (let turn = 0; turn < 3; turn++) express = tell(express.execution, { kind: 'continue', at })
    expect(express.execution.status).to.equal('RUNNING')
    expect(express.execution.eventCount).to.be.greaterThan(25_000)
  })

  it('passes on what is no failure of a state', () => {
    const broken = {
      ...startOf('{}'),
      ports: {
        hash: () => {
          throw new RangeError('a bug')
        },
      },
    }
    const definition = {
      StartAt: 'A',
      States: { A: { Type: 'Pass', Parameters: { 'h.$': "States.Hash('a', 'MD5')" }, End: true } },
    }
    expect(() => startExecution(compile(definition), broken)).to.throw(RangeError, 'a bug')
  })
})

describe('a bug', () => {
  it('in leaving through a catcher is no failure of the state', () => {
    const ports = {
      hash: () => {
        throw new RangeError('a bug')
      },
    }
    const call = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true }
    const catcher = { ErrorEquals: ['States.ALL'], Assign: { 'h.$': "States.Hash('a', 'MD5')" }, Next: 'A' }
    const machine = compile({ StartAt: 'A', States: { A: { ...call, Catch: [catcher] } } })
    const first = startExecution(machine, { ...startOf('{}'), ports }) as StepResult
    const { taskId } = only(first, 'invokeTask')[0]!
    expect(() => tell(first.execution, { kind: 'taskFailed', taskId, error: 'E', at })).to.throw(RangeError, 'a bug')
  })
})

describe('replaying', () => {
  it('makes the same history of the same inputs, byte for byte', async () => {
    const definition = {
      QueryLanguage: 'JSONata',
      StartAt: 'M',
      States: {
        M: {
          Type: 'Map',
          Items: [1, 2, 3],
          ItemProcessor: {
            StartAt: 'T',
            States: {
              T: {
                Type: 'Task',
                Resource: 'arn:aws:states:::lambda:invoke',
                Arguments: { id: '{% $uuid() %}', r: '{% $random() %}' },
                Retry: [{ ErrorEquals: ['States.ALL'], JitterStrategy: 'FULL', MaxDelaySeconds: 2 }],
                End: true,
              },
            },
          },
          End: true,
        },
      },
    }
    let calls = 0
    const first = await execute(
      definition,
      {},
      {
        task: ({ parameters }) =>
          ++calls % 2 === 0
            ? { kind: 'taskFailed', error: 'E' }
            : { kind: 'taskSucceeded', output: JSON.stringify(parameters) },
      },
    )
    let replay = await startExecution(compile(definition), startOf({}))
    const events = [...replay.events]
    for (const input of first.inputs) {
      replay = await step(replay.execution, input)
      events.push(...replay.events)
    }
    expect(JSON.stringify(events)).to.equal(JSON.stringify(first.history))
    expect(first.outcome?.status).to.equal('SUCCEEDED')
  })
})

describe('redriving', () => {
  const failing = (definition: unknown) => {
    let calls = 0
    return execute(definition, [1, 2, 3], {
      task: ({ parameters }) =>
        ++calls === 2
          ? { kind: 'taskFailed', error: 'E' }
          : { kind: 'taskSucceeded', output: JSON.stringify(parameters) },
      happens: [{ kind: 'redrive', after: 60_000 }],
    })
  }

  it('does only what was not done, without entering the state again', async () => {
    const { history, outcome } = await failing({
      StartAt: 'M',
      TimeoutSeconds: 3600,
      States: {
        M: {
          Type: 'Map',
          MaxConcurrency: 1,
          ItemProcessor: {
            StartAt: 'T',
            States: {
              T: {
                Type: 'Task',
                Resource: 'arn:aws:states:::lambda:invoke',
                Parameters: { 'v.$': '$', 'redrives.$': '$$.Execution.RedriveCount', 'context.$': '$$.Execution' },
                ResultSelector: { 'v.$': '$.v', 'redrives.$': '$.redrives' },
                End: true,
              },
            },
          },
          End: true,
        },
      },
    })
    expect(outcome).to.deep.equal({
      status: 'SUCCEEDED',
      output: '[{"v":1,"redrives":0},{"v":2,"redrives":1},{"v":3,"redrives":1}]',
    })
    const redriven = history.findIndex(({ type }) => type === 'ExecutionRedriven')
    expect(history[redriven]).to.deep.include({ executionRedrivenEventDetails: { redriveCount: 1 } })
    expect(
      history
        .slice(redriven + 1)
        .map(({ type }) => type)
        .slice(0, 4),
    ).to.deep.equal(['TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited'])
    expect(history.filter(({ type }) => type === 'MapIterationStarted')).to.have.length(3)
  })

  it('takes up a stopped and a timed out execution', async () => {
    const wait = { StartAt: 'W', TimeoutSeconds: 10, States: { W: { Type: 'Wait', Seconds: 5, End: true } } }
    const stopped = await execute(
      wait,
      {},
      {
        happens: [
          { kind: 'stop', after: 1000 },
          { kind: 'redrive', after: 2000 },
        ],
      },
    )
    expect(stopped.outcome?.status).to.equal('SUCCEEDED')
    const slow = { ...wait, States: { W: { Type: 'Wait', Seconds: 15, End: true } } }
    const timedOut = await execute(slow, {}, { happens: [{ kind: 'redrive', after: 12_000 }] })
    expect(timedOut.history.map(({ type }) => type)).to.deep.equal([
      'ExecutionStarted',
      'WaitStateEntered',
      'ExecutionTimedOut',
      'ExecutionRedriven',
      'ExecutionTimedOut',
    ])
    expect(timedOut.execution.redriveCount).to.equal(1)
  })

  it('drops the work of branches that are gone', async () => {
    const definition = {
      StartAt: 'P',
      States: {
        P: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'E' } } },
            { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } },
          ],
          Catch: [{ ErrorEquals: ['E'], Next: 'Z' }],
          End: true,
        },
        Z: { Type: 'Wait', Seconds: 1, End: true },
      },
    }
    const caught = await execute(definition)
    expect(caught.history.map(({ type }) => type)).to.not.include('PassStateEntered')
    const { Catch: _catch, ...bare } = definition.States.P
    const failed = await execute({ StartAt: 'P', States: { P: bare } })
    expect(failed.history.map(({ type }) => type)).to.deep.equal([
      'ExecutionStarted',
      'ParallelStateEntered',
      'ParallelStateStarted',
      'FailStateEntered',
      'ParallelStateFailed',
      'ExecutionFailed',
    ])
  })

  it('forgets the failure that was caught', async () => {
    const definition = {
      StartAt: 'P',
      States: {
        P: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'F', States: { F: { Type: 'Fail', Error: 'E' } } }],
          Catch: [{ ErrorEquals: ['E'], Next: 'T' }],
          End: true,
        },
        T: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true },
      },
    }
    let calls = 0
    const { history } = await execute(
      definition,
      {},
      {
        task: () => (++calls === 1 ? { kind: 'taskFailed', error: 'X' } : { kind: 'taskSucceeded', output: '1' }),
        happens: [{ kind: 'redrive', after: 1000 }],
      },
    )
    expect(history.at(-1)!.type).to.equal('ExecutionSucceeded')
    expect(history.filter(({ type }) => type === 'ParallelStateStarted')).to.have.length(1)
  })
})

describe('the runs of a distributed Map', () => {
  const map = (fields: object = {}) => ({
    StartAt: 'M',
    States: {
      M: {
        Type: 'Map',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'I',
          States: { I: { Type: 'Pass', End: true } },
        },
        End: true,
        ...fields,
      },
    },
  })
  const reader = {
    ItemReader: {
      Resource: 'arn:aws:states:::s3:getObject',
      Parameters: { Bucket: 'b' },
      ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW', MaxItemsPath: '$.most' },
    },
  }
  const writer = { ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'b' } } }

  it('ask for the items with the evaluated reader', () => {
    const [read] = only(begin(map(reader), { most: '7' }), 'readItems')
    expect(read).to.deep.include({
      resource: 'arn:aws:states:::s3:getObject',
      parameters: { Bucket: 'b' },
      readerConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW', MaxItems: 7 },
    })
    const [bare] = only(begin(map({ ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2' } })), 'readItems')
    expect(bare).to.deep.include({ parameters: {}, readerConfig: {} })
  })

  it('fail when the items cannot be read', () => {
    const first = begin(map(reader), { most: 7 })
    const failed = tell(first.execution, {
      kind: 'itemsFailed',
      readId: only(first, 'readItems')[0]!.readId,
      error: 'States.ItemReaderFailed',
      cause: 'gone',
      at,
    })
    expect(types(failed)).to.deep.equal(['MapRunFailed', 'MapStateFailed', 'ExecutionFailed'])
    expect(failed.events[0]).to.deep.include({
      mapRunFailedEventDetails: { error: 'States.ItemReaderFailed', cause: 'gone' },
    })
    expect(only(failed, 'endMapRun')[0]).to.include({ status: 'FAILED' })
  })

  it('evaluate a JSONata reader and writer', async () => {
    const definition = {
      QueryLanguage: 'JSONata',
      ...map({
        Items: undefined,
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          Arguments: { Bucket: '{% $states.input.b %}' },
          ReaderConfig: { MaxItems: '{% 1 + 1 %}' },
        },
        ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: '{% $states.input.b %}' } },
      }),
    }
    const first = begin(definition, { b: 'bucket' })
    const [read] = only(first, 'readItems')
    expect(read).to.deep.include({ parameters: { Bucket: 'bucket' }, readerConfig: { MaxItems: 2 } })
    const done = tell(first.execution, { kind: 'itemsRead', readId: read!.readId, items: [], at })
    expect(only(done, 'writeResults')[0]).to.deep.include({ parameters: { Bucket: 'bucket' } })
  })

  it('are through at once when there are no items', () => {
    const first = begin(map(reader), { most: 7 })
    const done = tell(first.execution, {
      kind: 'itemsRead',
      readId: only(first, 'readItems')[0]!.readId,
      items: [],
      at,
    })
    expect(done.execution.outcome).to.deep.equal({ status: 'SUCCEEDED', output: '[]' })
  })

  it('give the results to the writer in the order of the items, and fail when it does', () => {
    const first = begin(map(writer), ['a', 'b'])
    const [one, two] = only(first, 'startChild')
    const second = tell(first.execution, {
      kind: 'childEnded',
      childId: two!.childId,
      outcome: { status: 'SUCCEEDED', output: '2' },
      executionArn: 'arn:two',
      at,
    })
    const twice = tell(second.execution, {
      kind: 'childEnded',
      childId: two!.childId,
      outcome: { status: 'SUCCEEDED', output: '9' },
      at,
    })
    expect(twice.effects).to.deep.equal([])
    const third = tell(second.execution, {
      kind: 'childEnded',
      childId: one!.childId,
      outcome: { status: 'SUCCEEDED', output: '1' },
      at,
    })
    const [write] = only(third, 'writeResults')
    expect(write!.results.map(({ index, input, executionArn }) => [index, input, executionArn])).to.deep.equal([
      [0, 'a', undefined],
      [1, 'b', 'arn:two'],
    ])
    const failed = tell(third.execution, {
      kind: 'resultsFailed',
      writeId: write!.writeId,
      error: 'States.ResultWriterFailed',
      cause: 'no',
      at,
    })
    expect(failed.execution.outcome).to.deep.equal({
      status: 'FAILED',
      error: 'States.ResultWriterFailed',
      cause: 'no',
    })
    const bare = begin(map({ ResultWriter: { Resource: 'arn:aws:states:::s3:putObject' } }), [])
    expect(only(bare, 'writeResults')[0]).to.deep.include({ parameters: {}, results: [] })
  })

  it('stop their children when too many have failed, and when the execution is stopped', () => {
    const first = begin(map(), ['a', 'b'])
    const [one] = only(first, 'startChild')
    const failed = tell(first.execution, {
      kind: 'childEnded',
      childId: one!.childId,
      outcome: { status: 'ABORTED' },
      at,
    })
    expect(only(failed, 'stopChildren')).to.have.length(1)
    const stopped = tell(first.execution, { kind: 'stop', at })
    expect(only(stopped, 'stopChildren')).to.have.length(1)
    expect(only(stopped, 'endMapRun')[0]).to.include({ status: 'ABORTED' })
  })

  it('run again only what has not succeeded when the execution is redriven', () => {
    const first = begin(map({ MaxConcurrency: 2 }), ['a', 'b', 'c'])
    const [one, two] = only(first, 'startChild')
    const second = tell(first.execution, {
      kind: 'childEnded',
      childId: one!.childId,
      outcome: { status: 'SUCCEEDED', output: '1' },
      at,
    })
    const failed = tell(second.execution, {
      kind: 'childEnded',
      childId: two!.childId,
      outcome: { status: 'FAILED' },
      at,
    })
    const stopped = tell(second.execution, { kind: 'stop', at })
    for (const { execution } of [failed, stopped]) {
      const redriven = tell(execution, { kind: 'redrive', at })
      expect(types(redriven)).to.deep.equal(['ExecutionRedriven', 'MapRunRedriven'])
      expect(only(redriven, 'startMapRun')[0]!.mapRunArn).to.equal(only(first, 'startMapRun')[0]!.mapRunArn)
      expect(only(redriven, 'startChild').map(({ input }) => input)).to.deep.equal(['"b"', '"c"'])
      const done = only(redriven, 'startChild').reduce<StepResult>(
        (result, { childId, input }) =>
          tell(result.execution, { kind: 'childEnded', childId, outcome: { status: 'SUCCEEDED', output: input }, at }),
        redriven,
      )
      expect(done.execution.outcome).to.deep.equal({ status: 'SUCCEEDED', output: '[1,"b","c"]' })
    }
  })

  it('begin anew when the items had not been read', () => {
    const first = begin(map(reader), { most: 7 })
    const stopped = tell(first.execution, { kind: 'stop', at })
    const redriven = tell(stopped.execution, { kind: 'redrive', at })
    expect(types(redriven)).to.deep.equal(['ExecutionRedriven', 'MapStateStarted', 'MapRunStarted'])
    expect(only(redriven, 'readItems')).to.have.length(1)
  })

  it('are told from each other when a Map is tried again', () => {
    const definition = map({ Retry: [{ ErrorEquals: ['States.ALL'] }] })
    const first = begin(definition, ['a'])
    const failed = tell(first.execution, {
      kind: 'childEnded',
      childId: only(first, 'startChild')[0]!.childId,
      outcome: { status: 'FAILED' },
      at,
    })
    const again = tell(failed.execution, { kind: 'timerFired', timerId: only(failed, 'setTimer')[0]!.timerId, at })
    expect(only(again, 'startChild')[0]!.childId).to.not.equal(only(first, 'startChild')[0]!.childId)
    const stale = tell(again.execution, {
      kind: 'childEnded',
      childId: only(first, 'startChild')[0]!.childId,
      outcome: { status: 'SUCCEEDED', output: '1' },
      at,
    })
    expect(stale.events).to.deep.equal([])
  })

  it('have machines of their own', async () => {
    const inner = { StartAt: 'P', States: { P: { Type: 'Parallel', Branches: [map()], End: true } } }
    const child = childMachine(compile(inner), 'M')
    const { outcome } = await executeMachine(child, startOf({ x: 1 }), {})
    expect(outcome).to.deep.equal({ status: 'SUCCEEDED', output: '{"x":1}' })
    expect(() => childMachine(compile(inner), 'P')).to.throw("no Map state 'P'")
    expect(() => childMachine(compile(inner), 'Z')).to.throw("no Map state 'Z'")
  })
})
