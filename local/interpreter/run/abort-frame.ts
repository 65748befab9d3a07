import { stopChildren } from '../states/map/map-run.ts'
import type { Frame } from './frame.ts'
import { ownFrame, type Run, record, removeFrame } from './run.ts'
import { cancelTimer } from './timers.ts'

/** States that are aborted by name; the others take no time. */
const ABORTABLE: ReadonlySet<string> = new Set(['Task', 'Wait', 'Parallel', 'Map'])

/** Ends the children of a Map or Parallel because `failed` failed: who failed, who is aborted, in order of their index. */
export function abortChildren(run: Run, parent: Frame, failed: Frame | undefined): void {
  if (parent.waiting.kind !== 'children') return
  const { first, started } = parent.waiting
  const previous = failed?.previous ?? parent.previous
  for (let index = 0; index < started; index++) {
    const child = ownFrame(run, first + index)!
    if (child === failed) recordFailedChild(run, parent, child)
    else if (child.waiting.kind !== 'done') abortChild(run, parent, { child, previous })
    removeFrame(run, child.id)
  }
}

function recordFailedChild(run: Run, parent: Frame, child: Frame): void {
  recordIteration(run, parent, { type: 'MapIterationFailed', child, previous: child.previous })
  if (child.state.type === 'Task') record(run, 'TaskStateAborted', { previous: child.previous })
}

function abortChild(run: Run, parent: Frame, { child, previous }: { child: Frame; previous: number }): void {
  recordIteration(run, parent, { type: 'MapIterationAborted', child, previous })
  if (ABORTABLE.has(child.state.type)) record(run, `${child.state.type}StateAborted`, { previous })
  child.previous = previous
  abandon(run, child)
  abortChildren(run, child, undefined)
}

function recordIteration(
  run: Run,
  parent: Frame,
  { type, child, previous }: { type: string; child: Frame; previous: number },
): void {
  if (parent.state.type === 'Map')
    record(run, type, { previous, details: { name: parent.state.name, index: child.index } })
}

/** Takes back what the frame has asked of the world. */
export function abandon(run: Run, frame: Frame): void {
  const { waiting } = frame
  if (waiting.kind === 'task') {
    run.effects.push({ kind: 'cancelTask', taskId: waiting.taskId })
    for (const timer of [waiting.timeoutTimer, waiting.heartbeatTimer]) if (timer !== undefined) cancelTimer(run, timer)
  }
  if (waiting.kind === 'timer') cancelTimer(run, waiting.timerId)
  if (waiting.kind === 'mapRun') {
    stopChildren(run, frame)
    run.effects.push({ kind: 'endMapRun', mapRunArn: waiting.mapRunArn, status: 'ABORTED' })
  }
}
