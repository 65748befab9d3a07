import type { Eventually, Json, Start, StepResult } from './contract.ts'
import type { Machine } from './machine.ts'
import { noVariables } from './query/scope.ts'
import { drive } from './run/drive.ts'
import { waitingForNothing } from './run/frame.ts'
import { emptyIntMap } from './run/int-map.ts'
import { type ExecutionState, openRun, ROOT, type Run, record } from './run/run.ts'
import { setTimer } from './run/timers.ts'

/** Begins an execution and runs it until it waits for the world, ends, or has made enough transitions for one step. */
export function startExecution(machine: Machine, start: Start): Eventually<StepResult<ExecutionState>> {
  const run = openRun(newExecution(machine, start), start.at)
  return drive(run, function* () {
    record(run, 'ExecutionStarted', { previous: 0, details: { input: start.input, inputDetails: { truncated: false }, roleArn: start.roleArn } })
    const { waiting: _waiting, ...root } = openRoot(run)
    const frame = { ...root, waiting: waitingForNothing }
    run.changed.set(ROOT, frame)
    if (machine.timeoutSeconds !== undefined) run.timeoutTimer = setTimer(run, frame, start.at + machine.timeoutSeconds * 1000)
    run.jobs.push({ kind: 'enter', frame: ROOT })
  })
}

function openRoot(run: Run) {
  const { machine, start, input } = run
  const { workflow } = machine
  const item = start.child?.mapItem
  return {
    ...{ id: ROOT, parent: undefined, index: 0, workflow, mapItem: item, input, inputText: JSON.stringify(input) },
    state: workflow.states.get(workflow.startAt)!,
    variables: start.child === undefined ? noVariables : { own: {}, outer: { own: start.child.variables, outer: undefined } },
    ...{ previous: 0, beforeEntry: 0, enteredId: 0, enteredAt: start.at, attempts: [], retryCount: 0, waiting: waitingForNothing },
  }
}

function newExecution(machine: Machine, start: Start): ExecutionState {
  return {
    ...{ machine, start, input: JSON.parse(start.input) as Json, frames: emptyIntMap(), jobs: [] },
    counters: { event: 0, frame: ROOT, sequence: 0, chance: 0 },
    ...{ status: 'RUNNING', outcome: undefined, eventCount: 0, redriveCount: 0, redrivenAt: undefined, timeoutTimer: undefined, failurePoint: undefined },
  }
}
