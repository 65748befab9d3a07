import { expect } from 'chai'
import type { Machine, State, Surroundings } from '../../../../scripts/asl-lint/machine.ts'
import { lintMachine } from '../../../../scripts/asl-lint/rules.ts'

const surroundings: Surroundings = {
  documentedErrors: new Set(['NameTaken']),
  permanentErrors: new Set(['NameTaken']),
  functionTimeouts: new Map([['MakeThing', 20]]),
  substitutions: new Set(['MakeThing']),
}

const retry = {
  ErrorEquals: ['TransientError'],
  IntervalSeconds: 1,
  MaxAttempts: 3,
  BackoffRate: 2,
  MaxDelaySeconds: 10,
  JitterStrategy: 'FULL',
}

const task: State = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: '${MakeThing}' },
  TimeoutSeconds: 30,
  Retry: [retry],
  Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Making failed' }],
}

const fail: State = { Type: 'Fail', Error: 'NameTaken', Cause: 'Choose another name.' }

function machineOf(states: Record<string, State>, rest: Partial<Machine> = {}): Machine {
  const head = { Comment: 'A thing is made', QueryLanguage: 'JSONata', TimeoutSeconds: 600, StartAt: 'Make thing' }
  return { ...head, ...rest, States: { ...states, 'Making failed': fail } }
}

const lint = (states: Record<string, State>, rest: Partial<Machine> = {}): string =>
  lintMachine(machineOf(states, rest), surroundings).join('\n')

describe('lintMachine', () => {
  it('finds nothing in a machine that follows the house', () => {
    expect(lint({ 'Make thing': task })).to.equal('')
  })

  const broken: [string, Record<string, State>, string][] = [
    ['a name that is not a phrase', { MakeThing: task }, 'not a sentence-case phrase'],
    ['a choice that is no question', { Ready: { Type: 'Choice', Default: 'Making failed' } }, 'is a question'],
    ['a choice without a default', { 'Ready?': { Type: 'Choice' } }, 'has no Default'],
    ['a task without a literal time-out', { 'Make thing': { ...task, TimeoutSeconds: '{% $t %}' } }, 'not a literal'],
    ['a task that outlives its function', { 'Make thing': { ...task, TimeoutSeconds: 20 } }, 'not above the timeout'],
    ['a task without retries', { 'Make thing': { ...task, Retry: [] } }, 'has no Retry'],
    [
      'a retry of everything',
      { 'Make thing': { ...task, Retry: [{ ...retry, ErrorEquals: ['States.ALL'] }] } },
      'States.ALL',
    ],
    [
      'a retry of a permanent error',
      { 'Make thing': { ...task, Retry: [{ ...retry, ErrorEquals: ['NameTaken'] }] } },
      'is permanent',
    ],
    [
      'a retry without jitter',
      { 'Make thing': { ...task, Retry: [{ ...retry, JitterStrategy: 'NONE' }] } },
      'no full jitter',
    ],
    [
      'a retry without end',
      { 'Make thing': { ...task, Retry: [{ ...retry, MaxAttempts: 9 }] } },
      'MaxAttempts up to 4',
    ],
    [
      'a catch-all before another catcher',
      {
        'Make thing': {
          ...task,
          Catch: [...(task.Catch ?? []), { ErrorEquals: ['NameTaken'], Next: 'Making failed' }],
        },
      },
      'not alone in the last catcher',
    ],
    [
      'a token wait without heartbeat',
      { 'Make thing': { ...task, Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' } },
      'HeartbeatSeconds',
    ],
    ['an undocumented error', { 'Not made': { ...fail, Error: 'Oops' } }, 'not in docs/errors.md'],
    [
      'an unknown substitution',
      { 'Make thing': { ...task, Arguments: { FunctionName: '${Other}' } } },
      '${Other} is not among',
    ],
    ['fields out of order', { 'Make thing': { Resource: 'x', ...task } }, 'not in the order'],
  ]

  for (const [what, states, complaint] of broken) {
    it(`complains about ${what}`, () => {
      expect(lint(states)).to.contain(complaint)
    })
  }

  it('complains when the tasks do not fit into the time of the machine', () => {
    expect(lint({ 'Make thing': task }, { TimeoutSeconds: 100 })).to.match(
      /tasks may take \d+ s together, the machine only 100 s/,
    )
  })

  it('looks into Map states', () => {
    const map: State = {
      Type: 'Map',
      ItemProcessor: { StartAt: 'Make thing', States: { 'Make thing': { ...task, Retry: [] } } },
    }
    expect(lint({ 'Make things': map })).to.contain('"Make thing": has no Retry')
  })
})
