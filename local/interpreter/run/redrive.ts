import type { Frame } from './frame.ts'
import { waitingForNothing } from './frame.ts'
import { intValues } from './int-map.ts'
import { ownFrame, type Run, record } from './run.ts'
import { setTimer } from './timers.ts'

/**
 * Takes up a failed, stopped or timed out execution where it ended: branches and iterations that were through stay through, every state that was at work
 * does its work again, without a second StateEntered. A Map run runs again those of its items that have not succeeded.
 */
export function redrive(run: Run): undefined {
  run.base = run.failurePoint!
  run.failurePoint = undefined
  run.redriveCount += 1
  run.redrivenAt = run.at
  run.outcome = undefined
  run.status = 'RUNNING'
  const event = record(run, 'ExecutionRedriven', { previous: run.event, details: { redriveCount: run.redriveCount } })
  const frames = intValues(run.base)
  const { timeoutSeconds } = run.machine
  if (timeoutSeconds !== undefined) run.timeoutTimer = setTimer(run, frames[0]!, run.at + timeoutSeconds * 1000)
  for (const { id } of frames) resume(run, ownFrame(run, id)!, event)
}

function resume(run: Run, frame: Frame, event: number): void {
  const { kind } = frame.waiting
  if (kind === 'done' || kind === 'children') return
  const mapRun = kind === 'mapRun' ? frame.waiting : frame.failedRun
  frame.waiting = mapRun?.phase === 'running' ? mapRun : waitingForNothing
  frame.previous = event
  frame.attempts = []
  run.jobs.push({ kind: 'resume', frame: frame.id })
}
