import type { ParallelState } from '../../machine.ts'
import type { Work } from '../../query/expression.ts'
import { collectOutputs, startChild } from '../../run/children.ts'
import { exitState } from '../../run/exit-state.ts'
import { type ChildrenWait, type Frame, waitingForNothing } from '../../run/frame.ts'
import { advance, type Run, record } from '../../run/run.ts'
import { scopeOf } from '../../run/scope-of.ts'
import { type Transition, waiting } from '../../run/transition.ts'
import { conclude, effectiveInput, evaluateParameters } from '../pipeline.ts'

/** Starts all branches on the same input. */
export function* enterParallel(run: Run, frame: Frame, state: ParallelState): Work<Transition> {
  const input = yield* evaluateParameters(state, scopeOf(run, frame, { data: effectiveInput(run, frame) }))
  advance(run, frame, { type: 'ParallelStateStarted' })
  const text = JSON.stringify(input)
  const first = run.frame + 1
  run.frame += state.branches.length
  state.branches.forEach((workflow, index) => {
    startChild(run, frame, {
      id: first + index,
      index,
      workflow,
      input,
      inputText: text,
      mapItem: frame.mapItem,
      previous: frame.previous,
    })
  })
  const { length } = state.branches
  frame.waiting = { kind: 'children', first, count: length, started: length, done: 0, last: frame.previous, items: [] }
  return waiting
}

/** All branches are through: their outputs in order are the result. */
export function* collectParallel(run: Run, frame: Frame): Work<Transition> {
  const { last, ...wait } = frame.waiting as ChildrenWait
  const outputs = collectOutputs(run, wait)
  frame.waiting = waitingForNothing
  frame.previous = last
  record(run, 'ParallelStateSucceeded', { previous: last })
  return exitState(run, frame, yield* conclude(run, frame, outputs))
}
