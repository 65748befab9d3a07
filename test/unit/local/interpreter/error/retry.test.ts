import { expect } from 'chai'
import { errorOutput } from '../../../../../local/interpreter/error/catch.ts'
import { matchesError } from '../../../../../local/interpreter/error/error-equals.ts'
import { compileRetry, decideRetry } from '../../../../../local/interpreter/error/retry.ts'
import { StateError } from '../../../../../local/interpreter/error/state-error.ts'
import { DefinitionError } from '../../../../../local/interpreter/validation/definition-error.ts'

const failure = new StateError({ error: 'E' })
const delays = (retrier: object, attempts: readonly number[], random = 0.5) =>
  attempts.map(
    (spent) =>
      decideRetry(compileRetry([{ ErrorEquals: ['E'], ...retrier } as never]), failure, {
        attempts: [spent],
        random: () => random,
      })?.delaySeconds,
  )

describe('Retry', () => {
  it('waits one second, then twice as long each time, three times', () =>
    expect(delays({}, [0, 1, 2, 3])).to.deep.equal([1, 2, 4, undefined]))

  it('grows by BackoffRate up to MaxDelaySeconds', () => {
    expect(
      delays({ IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 9, MaxDelaySeconds: 20 }, [0, 1, 2, 3]),
    ).to.deep.equal([2, 6, 18, 20])
  })

  it('takes a random part of the delay with full jitter', () => {
    expect(delays({ IntervalSeconds: 8, JitterStrategy: 'FULL' }, [0], 0.25)).to.deep.equal([2])
    expect(delays({ IntervalSeconds: 8, JitterStrategy: 'NONE' }, [0], 0.25)).to.deep.equal([8])
  })

  it('is not for errors nobody named', () => {
    expect(decideRetry(compileRetry([{ ErrorEquals: ['X'] }]), failure, { attempts: [], random: () => 0 })).to.equal(
      undefined,
    )
    expect(compileRetry(undefined)).to.deep.equal([])
  })
})

describe('ErrorEquals', () => {
  const rows: readonly (readonly [pattern: string, error: string | undefined, covered: boolean])[] = [
    ['E', 'E', true],
    ['E', 'F', false],
    ['E', undefined, false],
    ['States.ALL', 'E', true],
    ['States.ALL', undefined, true],
    ['States.ALL', 'States.Runtime', false],
    ['States.ALL', 'States.Timeout', true],
    ['States.Runtime', 'States.Runtime', true],
    ['States.TaskFailed', 'E', true],
    ['States.TaskFailed', undefined, true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.TaskFailed', 'States.Runtime', false],
    ['States.Timeout', 'States.Timeout', true],
  ]
  for (const [pattern, error, covered] of rows) {
    it(`${pattern} ${covered ? 'covers' : 'does not cover'} ${error ?? 'an error without a name'}`, () => {
      expect(matchesError([pattern], new StateError({ error }))).to.equal(covered)
    })
  }

  it('States.HeartbeatTimeout is a name a missed heartbeat also goes by', () => {
    const missed = new StateError({ error: 'States.Timeout', alias: 'States.HeartbeatTimeout' })
    expect([['States.HeartbeatTimeout'], ['States.Timeout']].map((names) => matchesError(names, missed))).to.deep.equal(
      [true, true],
    )
    expect(matchesError(['States.HeartbeatTimeout'], new StateError({ error: 'States.Timeout' }))).to.equal(false)
  })
})

describe('errors', () => {
  it('show what they have, and null twice when they have nothing', () => {
    expect(errorOutput(new StateError({ error: 'E', cause: 'c' }))).to.deep.equal({ Error: 'E', Cause: 'c' })
    expect(errorOutput(new StateError({ error: 'E' }))).to.deep.equal({ Error: 'E' })
    expect(errorOutput(new StateError({ cause: 'c' }))).to.deep.equal({ Cause: 'c' })
    expect(errorOutput(new StateError({}))).to.deep.equal({ Error: null, Cause: null })
  })

  it('of a state read as their cause, their name, or just so', () => {
    expect(
      [new StateError({ error: 'E', cause: 'c' }), new StateError({ error: 'E' }), new StateError({})].map(
        ({ message }) => message,
      ),
    ).to.deep.equal(['c', 'E', 'failed'])
  })

  it('of a definition without a place are at its root', () => {
    const diagnostics = [
      { severity: 'ERROR', code: 'X', message: 'bad' },
      { severity: 'WARNING', code: 'Y', message: 'so so' },
    ] as const
    expect(new DefinitionError(diagnostics).message).to.equal('X: bad at /')
  })
})
