import type { Json } from '../../contract.ts'
import { queryEvaluationError, runtimeError } from '../../error/state-error.ts'
import type { WaitState, WaitUntil } from '../../machine.ts'
import { settle, type Work } from '../../query/expression.ts'
import { type Path, PathNotFound } from '../../query/json-path.ts'
import type { Scope } from '../../query/scope.ts'
import { parseTimestamp } from '../../query/timestamp.ts'
import { recoverFrom } from '../../recover-from.ts'
import { exitState } from '../../run/exit-state.ts'
import { type Frame, waitingForNothing } from '../../run/frame.ts'
import type { Run } from '../../run/run.ts'
import { scopeOf } from '../../run/scope-of.ts'
import { setTimer } from '../../run/timers.ts'
import { type Transition, waiting } from '../../run/transition.ts'
import { effectiveInput, passThrough } from '../pipeline.ts'

/** The longest wait: a signed 32-bit count of seconds. */
const LONGEST_WAIT_SECONDS = 2_147_483_647

export function* enterWait(run: Run, frame: Frame, state: WaitState): Work<Transition> {
  const scope = scopeOf(run, frame, { data: effectiveInput(run, frame) })
  const dueAt = yield* readDueTime(state.until, scope, run.at)
  if (dueAt - run.at > LONGEST_WAIT_SECONDS * 1000) throw runtimeError('Wait state delay is too long.')
  if (dueAt <= run.at) return yield* leaveWait(run, frame, state)
  frame.waiting = { kind: 'timer', timerId: setTimer(run, frame, dueAt), purpose: 'wait' }
  return waiting
}

/** The time is up. */
export function* leaveWait(run: Run, frame: Frame, state: WaitState): Work<Transition> {
  frame.waiting = waitingForNothing
  return exitState(run, frame, yield* passThrough(run, frame, state))
}

function* readDueTime(until: WaitUntil, scope: Scope, now: number): Work<number> {
  switch (until.kind) {
    case 'seconds':
      return now + ((yield* settle(until.seconds.evaluate(scope))) as number) * 1000
    case 'secondsPath':
      return now + readSeconds(until.path, scope) * 1000
    case 'timestamp':
      return readTimestamp((yield* settle(until.timestamp.evaluate(scope))) as string)
    case 'timestampPath':
      return readTimestampPath(until.path, scope)
  }
}

function readReference(path: Path, scope: Scope, field: string): Json {
  return recoverFrom(
    PathNotFound,
    () => path.read(scope),
    () => {
      throw runtimeError(`The ${field} parameter does not reference an input value: ${path.text}`)
    },
  )
}

function readSeconds(path: Path, scope: Scope): number {
  const value = readReference(path, scope, 'SecondsPath')
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw runtimeError(
    `The SecondsPath parameter cannot be parsed as a long value: ${path.text} == ${JSON.stringify(value)}`,
  )
}

function readTimestamp(text: string): number {
  const time = parseTimestamp(text)
  if (time !== undefined) return time
  const detail = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`
  throw queryEvaluationError(detail, { location: 'Timestamp', afterEntry: true })
}

function readTimestampPath(path: Path, scope: Scope): number {
  const value = readReference(path, scope, 'TimestampPath')
  const time = typeof value === 'string' ? parseTimestamp(value) : undefined
  if (time !== undefined) return time
  const found = typeof value === 'string' ? value : JSON.stringify(value)
  throw runtimeError(
    `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${path.text} == ${found}`,
  )
}
