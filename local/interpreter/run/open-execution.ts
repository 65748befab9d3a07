import type { Json, Start } from '../contract.ts'
import type { Machine } from '../machine.ts'
import { noVariables } from '../query/scope.ts'
import { type Frame, newFrame } from './frame.ts'
import { emptyIntMap } from './int-map.ts'
import { type ExecutionState, ROOT, type Run } from './run.ts'

/** An execution to which nothing has happened yet. */
export function newExecution(machine: Machine, start: Start): ExecutionState {
  return {
    machine,
    start,
    input: JSON.parse(start.input) as Json,
    frames: emptyIntMap(),
    jobs: [],
    counters: { event: 0, frame: ROOT, sequence: 0, chance: 0 },
    status: 'RUNNING',
    outcome: undefined,
    eventCount: 0,
    redriveCount: 0,
    redrivenAt: undefined,
    timeoutTimer: undefined,
    failurePoint: undefined,
  }
}

/** The frame of the machine itself, at its first state. */
export function openRoot(run: Run): Frame {
  const { machine, start, input } = run
  const { workflow } = machine
  const root = newFrame({
    id: ROOT,
    parent: undefined,
    index: 0,
    workflow,
    mapItem: start.child?.mapItem,
    input,
    inputText: JSON.stringify(input),
    variables:
      start.child === undefined ? noVariables : { own: {}, outer: { own: start.child.variables, outer: undefined } },
    previous: 0,
  })
  run.changed.set(ROOT, root)
  return root
}
