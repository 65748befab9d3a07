import { expect } from 'chai'
import type { Effect, InvokeTask, StartChild } from '../../../../../../local/interpreter/contract.ts'
import {
  awaitedBy,
  isAwaited,
  type OutstandingSet,
  settle,
  takenBackBy,
} from '../../../../../../local/services/states/executions/outstanding.ts'

const task: InvokeTask = {
  kind: 'invokeTask',
  taskId: '7',
  stateName: 'Work',
  resource: { kind: 'activity', arn: 'a' },
  parameters: {},
  retryCount: 0,
}
const child: StartChild = {
  kind: 'startChild',
  childId: 'c',
  name: 'n',
  mapRunArn: 'run',
  stateName: 'Each',
  executionType: 'STANDARD',
  input: '{}',
  start: { variables: {} },
}

function waitingFor(...effects: Effect[]): OutstandingSet {
  return new Map(effects.map((effect) => awaitedBy(effect)!))
}

describe('What an execution waits for', () => {
  it('is there until its answer came, and only once', () => {
    const set = waitingFor(task)
    const answer = { kind: 'taskSucceeded', taskId: '7', output: '{}', at: 1 } as const
    expect(isAwaited(set, answer)).to.equal(true)
    expect(settle(set, answer)).to.have.property('effect', task)
    expect(isAwaited(set, answer)).to.equal(false)
    expect(settle(set, answer)).to.equal(undefined)
  })

  it('remembers that a worker took it, that a job was accepted, and that it lives', () => {
    const set = waitingFor(task)
    expect(settle(set, { kind: 'taskStarted', taskId: '7', at: 1 })).to.equal(undefined)
    expect(settle(set, { kind: 'taskSubmitted', taskId: '7', output: '"job"', at: 2 })).to.equal(undefined)
    expect(settle(set, { kind: 'taskHeartbeat', taskId: '7', at: 3 })).to.equal(undefined)
    expect([...set.values()]).to.deep.equal([{ kind: 'task', effect: task, started: true, submitted: '"job"' }])
  })

  it('takes inputs that answer nothing in particular at any time', () => {
    expect(isAwaited(new Map(), { kind: 'stop', at: 1 })).to.equal(true)
    expect(settle(new Map(), { kind: 'continue', at: 1 })).to.equal(undefined)
  })

  it('is taken back by its own cancellation and by nothing else', () => {
    const set = waitingFor(task, { kind: 'setTimer', timerId: '7', dueAt: 9 }, child)
    expect(takenBackBy(set, { kind: 'cancelTask', taskId: '7' })).to.deep.equal(['task 7'])
    expect(takenBackBy(set, { kind: 'cancelTimer', timerId: '7' })).to.deep.equal(['timer 7'])
    expect(takenBackBy(set, { kind: 'stopChildren', mapRunArn: 'run' })).to.deep.equal(['child c'])
    expect(takenBackBy(set, { kind: 'stopChildren', mapRunArn: 'other' })).to.deep.equal([])
    expect(takenBackBy(set, task)).to.deep.equal([])
  })
})
