import type { Json } from '../contract.ts'
import { type ChildrenWait, type DoneWait, type Frame, type FrameBeginning, newFrame } from './frame.ts'
import { ownFrame, type Run, removeFrame } from './run.ts'

export type Child = Omit<FrameBeginning, 'parent' | 'variables'>

/** Opens a line of control below `parent` that begins at its workflow's start. */
export function startChild(run: Run, parent: Frame, child: Child): void {
  const variables = { own: {}, outer: parent.variables }
  run.changed.set(child.id, newFrame({ ...child, parent: parent.id, variables }))
  run.jobs.push({ kind: 'enter', frame: child.id })
}

/** Takes the outputs of finished children, in order, and removes the children. */
export function collectOutputs(run: Run, { first, count }: Pick<ChildrenWait, 'first' | 'count'>): readonly Json[] {
  return Array.from({ length: count }, (_, index) => {
    const child = ownFrame(run, first + index)!
    removeFrame(run, child.id)
    return (child.waiting as DoneWait).output
  })
}
