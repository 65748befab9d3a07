import type { SucceedState } from '../../machine.ts'
import type { Work } from '../../query/expression.ts'
import { exitState } from '../../run/exit-state.ts'
import type { Frame } from '../../run/frame.ts'
import type { Run } from '../../run/run.ts'
import type { Transition } from '../../run/transition.ts'
import { passThrough } from '../pipeline.ts'

export function* enterSucceed(run: Run, frame: Frame, state: SucceedState): Work<Transition> {
  return exitState(run, frame, yield* passThrough(run, frame, state))
}
