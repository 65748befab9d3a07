import type { Frame } from './frame.ts'
import { nextId, type Run } from './run.ts'

export function setTimer(run: Run, frame: Frame, dueAt: number): string {
  const timerId = nextId(run, frame, 'timer')
  run.effects.push({ kind: 'setTimer', timerId, dueAt })
  return timerId
}

/** A timer that limits the frame's task. */
export function setTaskTimer(run: Run, frame: Frame, milliseconds: number): string {
  const timerId = nextId(run, frame, 'timer')
  run.effects.push({ kind: 'setTimer', timerId, dueAt: run.at + milliseconds, taskTime: milliseconds })
  return timerId
}

export function cancelTimer(run: Run, timerId: string): void {
  run.effects.push({ kind: 'cancelTimer', timerId })
}
