import type { Json } from '../contract.ts'
import type { Workflow } from '../machine.ts'
import type { ChildrenWait, DoneWait, Frame, MapItem } from './frame.ts'
import { waitingForNothing } from './frame.ts'
import { ownFrame, type Run, removeFrame } from './run.ts'

export interface Child {
  readonly id: number
  readonly index: number
  readonly workflow: Workflow
  readonly input: Json
  readonly text: string
  readonly mapItem: MapItem | undefined
  /** The event its first StateEntered follows. */
  readonly previous: number
}

/** Opens a line of control below `parent` that begins at its workflow's start. */
export function startChild(run: Run, parent: Frame, child: Child): void {
  const { id, index, workflow, input, text, mapItem, previous } = child
  run.changed.set(id, {
    ...{ id, parent: parent.id, index, workflow, mapItem, input, inputText: text, previous },
    state: workflow.states.get(workflow.startAt)!,
    variables: { own: {}, outer: parent.variables },
    ...{ beforeEntry: 0, enteredId: 0, enteredAt: run.at, attempts: [], retryCount: 0, waiting: waitingForNothing },
  })
  run.jobs.push({ kind: 'enter', frame: id })
}

/** Takes the outputs of finished children, in order, and removes the children. */
export function collectOutputs(run: Run, { first, count }: Pick<ChildrenWait, 'first' | 'count'>): readonly Json[] {
  return Array.from({ length: count }, (_, index) => {
    const child = ownFrame(run, first + index)!
    removeFrame(run, child.id)
    return (child.waiting as DoneWait).output
  })
}
