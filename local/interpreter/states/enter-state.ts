import type { State } from '../machine.ts'
import type { Work } from '../query/expression.ts'
import type { Frame } from '../run/frame.ts'
import type { Run } from '../run/run.ts'
import type { Transition } from '../run/transition.ts'
import { enterChoice } from './choice/run-choice.ts'
import { enterFail } from './fail/run-fail.ts'
import { enterMap } from './map/run-map.ts'
import { enterParallel } from './parallel/run-parallel.ts'
import { enterPass } from './pass/run-pass.ts'
import { enterSucceed } from './succeed/run-succeed.ts'
import { enterTask } from './task/run-task.ts'
import { enterWait } from './wait/run-wait.ts'

type Enter<S> = (run: Run, frame: Frame, state: S) => Work<Transition>

const behaviours: { readonly [S in State as S['type']]: Enter<S> } = {
  Pass: enterPass,
  Task: enterTask,
  Choice: enterChoice,
  Wait: enterWait,
  Succeed: enterSucceed,
  Fail: enterFail,
  Parallel: enterParallel,
  Map: enterMap,
}

/** Does what the frame's state does, after StateEntered or again for a retry. Throws StateError. */
export function enterState(run: Run, frame: Frame): Work<Transition> {
  return (behaviours[frame.state.type] as Enter<State>)(run, frame, frame.state)
}
