import type { Eventually, Start, StepResult } from './contract.ts'
import type { Machine } from './machine.ts'
import { drive } from './run/drive.ts'
import { newExecution, openRoot } from './run/open-execution.ts'
import { type ExecutionState, openRun, ROOT, type Run, record } from './run/run.ts'
import { setTimer } from './run/timers.ts'

/** Begins an execution and runs it until it waits for the world, ends, or has made enough transitions for one step. */
export function startExecution(machine: Machine, start: Start): Eventually<StepResult<ExecutionState>> {
  const run = openRun(newExecution(machine, start), start.at)
  begin(run)
  return drive(run)
}

/** The first event stands alone: the first state follows event 0 as well. */
function begin(run: Run): void {
  const { machine, start } = run
  const details = { input: start.input, inputDetails: { truncated: false }, roleArn: start.roleArn }
  record(run, 'ExecutionStarted', { previous: 0, details })
  const root = openRoot(run)
  if (machine.timeoutSeconds !== undefined) {
    run.timeoutTimer = setTimer(run, root, start.at + machine.timeoutSeconds * 1000)
  }
  run.jobs.push({ kind: 'enter', frame: ROOT })
}
