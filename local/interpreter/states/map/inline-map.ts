import type { Json } from '../../contract.ts'
import type { MapState } from '../../machine.ts'
import { settle, type Work } from '../../query/expression.ts'
import { collectOutputs, startChild } from '../../run/children.ts'
import { exitState } from '../../run/exit-state.ts'
import { type ChildrenWait, type Frame, waitingForNothing } from '../../run/frame.ts'
import { advance, type Run, record } from '../../run/run.ts'
import { scopeOf } from '../../run/scope-of.ts'
import { type Transition, waiting } from '../../run/transition.ts'
import { conclude, effectiveInput } from '../pipeline.ts'

/** The most iterations an inline Map runs at a time. */
const MOST_ITERATIONS = 40

export interface Inline {
  readonly items: readonly Json[]
  readonly data: Json
  readonly maxConcurrency: number
}

export function* enterInlineMap(run: Run, frame: Frame, { items, maxConcurrency }: Inline): Work<Transition> {
  advance(run, frame, { type: 'MapStateStarted', details: { length: items.length } })
  const first = run.frame + 1
  run.frame += items.length
  frame.waiting = { kind: 'children', first, count: items.length, started: 0, done: 0, last: frame.previous, items }
  const limit = maxConcurrency > 0 ? Math.min(maxConcurrency, MOST_ITERATIONS) : MOST_ITERATIONS
  for (let started = 0; started < Math.min(limit, items.length); started++)
    yield* startIteration(run, frame, frame.previous)
  if (items.length === 0) run.jobs.push({ kind: 'collect', frame: frame.id })
  return waiting
}

/** Starts the next iteration, if there is one; `previous` is the event it follows. */
export function* startIteration(run: Run, frame: Frame, previous: number): Work<void> {
  const wait = frame.waiting as ChildrenWait
  const state = frame.state as MapState
  const index = wait.started
  if (index >= wait.count) return
  const value = wait.items[index]!
  const mapItem = { index, value }
  const scope = scopeOf(run, frame, { data: effectiveInput(run, frame), mapItem })
  const event = record(run, 'MapIterationStarted', { previous, details: { name: state.name, index } })
  const input = state.itemSelector === undefined ? value : yield* settle(state.itemSelector.evaluate(scope))
  frame.waiting = { ...wait, started: index + 1 }
  startChild(run, frame, {
    id: wait.first + index,
    index,
    workflow: state.processor,
    input,
    text: JSON.stringify(input),
    mapItem,
    previous: event,
  })
}

/** An iteration is through: its event, and the next iteration. */
export function* iterationSucceeded(run: Run, frame: Frame, child: Frame): Work<void> {
  const wait = frame.waiting as ChildrenWait
  const last = record(run, 'MapIterationSucceeded', {
    previous: child.previous,
    details: { name: frame.state.name, index: child.index },
  })
  frame.waiting = { ...wait, last }
  yield* startIteration(run, frame, child.previous)
}

/** All iterations are through: their outputs in order are the result. */
export function* collectMap(run: Run, frame: Frame): Work<Transition> {
  const { last, first, count } = frame.waiting as ChildrenWait
  const outputs = collectOutputs(run, { first, count })
  frame.waiting = waitingForNothing
  frame.previous = last
  record(run, 'MapStateSucceeded', { previous: last })
  return exitState(run, frame, yield* conclude(run, frame, outputs))
}
