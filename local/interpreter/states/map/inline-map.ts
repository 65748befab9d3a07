import type { Json } from '../../contract.ts'
import type { MapState } from '../../machine.ts'
import { settle, type Work } from '../../query/expression.ts'
import { collectOutputs, startChild } from '../../run/children.ts'
import { exitState } from '../../run/exit-state.ts'
import { type ChildrenWait, type Frame, type MapItem, waitingForNothing } from '../../run/frame.ts'
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
  const { name, processor } = frame.state as MapState
  const index = wait.started
  if (index >= wait.count) return
  const mapItem = { index, value: wait.items[index]! }
  const event = record(run, 'MapIterationStarted', { previous, details: { name, index } })
  const input = yield* selectItem(run, frame, mapItem)
  frame.waiting = { ...wait, started: index + 1 }
  const id = wait.first + index
  startChild(run, frame, {
    id,
    index,
    workflow: processor,
    input,
    inputText: JSON.stringify(input),
    mapItem,
    previous: event,
  })
}

/** ItemSelector, or the item itself. */
function* selectItem(run: Run, frame: Frame, mapItem: MapItem): Work<Json> {
  const { itemSelector } = frame.state as MapState
  if (itemSelector === undefined) return mapItem.value
  return yield* settle(itemSelector.evaluate(scopeOf(run, frame, { data: effectiveInput(run, frame), mapItem })))
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
