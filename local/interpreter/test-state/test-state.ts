import type { Eventually, Json, TaskResult, TestStateRequest, TestStateStep } from '../contract.ts'
import { StateError } from '../error/state-error.ts'
import type { ParallelState, PassState, State, TaskState, WaitState } from '../machine.ts'
import { perform, type Work } from '../query/expression.ts'
import { exitState } from '../run/exit-state.ts'
import { scopeOf } from '../run/scope-of.ts'
import type { Transition } from '../run/transition.ts'
import { enterState } from '../states/enter-state.ts'
import { conclude, effectiveInput, evaluateParameters } from '../states/pipeline.ts'
import { prepareTask } from '../states/task/run-task.ts'
import { leaveWait } from '../states/wait/run-wait.ts'
import { failed, succeeded } from './answer.ts'
import { checkRequest } from './check-request.ts'
import { findState } from './find-state.ts'
import { Refusal } from './refusal.ts'
import { inspect, openSubject, type Subject } from './subject.ts'
import { mapResult } from './test-map.ts'

/** Evaluates one state as TestState does. A Task without a mock asks for one call and goes on with its result. */
export function testState(request: TestStateRequest): Eventually<TestStateStep> {
  return refusable(() => {
    const { state, fields } = findState(request)
    checkRequest(request, state)
    const subject = openSubject(request, state, fields)
    return perform(guarded(subject, begin(subject, state)))
  })
}

function refusable(test: () => Eventually<TestStateStep>): Eventually<TestStateStep> {
  try {
    const step = test()
    return step instanceof Promise ? step.catch(refusal) : step
  } catch (error) {
    return refusal(error)
  }
}

function refusal(error: unknown): TestStateStep {
  if (error instanceof Refusal) return { kind: 'refused', code: error.code, message: error.message }
  throw error
}

function* guarded(subject: Subject, work: Work<TestStateStep>): Work<TestStateStep> {
  try {
    return yield* work
  } catch (error) {
    if (error instanceof StateError) return yield* failed(subject, error)
    throw error
  }
}

function begin(subject: Subject, state: State): Work<TestStateStep> {
  switch (state.type) {
    case 'Task':
      return testTask(subject, state)
    case 'Map':
      return testGroup(subject, mapResult(subject, state))
    case 'Parallel':
      return testGroup(subject, parallelResult(subject, state))
    case 'Pass':
      return state.language === 'JSONata' ? testSimple(subject) : testPass(subject, state)
    default:
      return testSimple(subject)
  }
}

/** Choice, Wait, Succeed, Fail, and Pass in JSONata: all there is to see is the input. */
function* testSimple(subject: Subject): Work<TestStateStep> {
  const { run, frame, state } = subject
  if (state.language === 'JSONPath') inspect(subject, 'afterInputPath', effectiveInput(run, frame))
  const transition = yield* enterState(run, frame)
  return succeeded(subject, transition.kind === 'waiting' ? yield* leave(subject, state as WaitState) : transition)
}

function* leave({ run, frame }: Subject, state: WaitState): Work<Exclude<Transition, { kind: 'waiting' }>> {
  return (yield* leaveWait(run, frame, state)) as Exclude<Transition, { kind: 'waiting' }>
}

function* testPass(subject: Subject, state: PassState): Work<TestStateStep> {
  const { run, frame } = subject
  const data = effectiveInput(run, frame)
  const parameters = yield* evaluateParameters(state, scopeOf(run, frame, { data }))
  if (state.result === undefined) {
    inspect(subject, 'afterInputPath', data)
    inspect(subject, 'afterParameters', parameters)
  } else inspect(subject, 'result', state.result)
  return yield* finish(subject, state.result === undefined ? parameters : state.result)
}

/** ResultSelector, ResultPath and the rest, with what they showed. */
function* finish(subject: Subject, result: Json): Work<TestStateStep> {
  const { run, frame } = subject
  const exit = yield* conclude(run, frame, result)
  inspect(subject, 'afterResultSelector', exit.afterResultSelector)
  inspect(subject, 'afterResultPath', exit.afterResultPath)
  return succeeded(subject, exitState(run, frame, exit) as Exclude<Transition, { kind: 'waiting' }>)
}

/** Map and Parallel, whose result is always a mock. */
function* testGroup(subject: Subject, result: Work<Json>): Work<TestStateStep> {
  return yield* finish(subject, yield* result)
}

function* parallelResult({ run, frame, request }: Subject, state: ParallelState): Work<Json> {
  yield* evaluateParameters(state, scopeOf(run, frame, { data: effectiveInput(run, frame) }))
  const { result, errorOutput } = request.mock!
  if (errorOutput !== undefined) throw new StateError(errorOutput)
  return JSON.parse(result!) as Json
}

function* testTask(subject: Subject, state: TaskState): Work<TestStateStep> {
  const { run, frame, request } = subject
  if (state.language === 'JSONPath') inspect(subject, 'afterInputPath', effectiveInput(run, frame))
  const task = yield* prepareTask(run, frame, state)
  inspect(subject, state.language === 'JSONPath' ? 'afterParameters' : 'afterArguments', task.parameters)
  if (request.mock === undefined) {
    const resume = (result: TaskResult) => refusable(() => perform(guarded(subject, resumeTask(subject, result))))
    return { kind: 'invoke', task, resume }
  }
  const { result, errorOutput } = request.mock
  return yield* resumeTask(
    subject,
    errorOutput === undefined ? { kind: 'taskSucceeded', output: result! } : { kind: 'taskFailed', ...errorOutput },
  )
}

function* resumeTask(subject: Subject, result: TaskResult): Work<TestStateStep> {
  if (result.kind === 'taskFailed') throw new StateError(result)
  const value = JSON.parse(result.output) as Json
  inspect(subject, 'result', value)
  return yield* finish(subject, value)
}
