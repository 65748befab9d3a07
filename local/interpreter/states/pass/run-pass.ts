import type { PassState } from '../../machine.ts'
import type { Work } from '../../query/expression.ts'
import { exitState } from '../../run/exit-state.ts'
import type { Frame } from '../../run/frame.ts'
import type { Run } from '../../run/run.ts'
import { scopeOf } from '../../run/scope-of.ts'
import type { Transition } from '../../run/transition.ts'
import { conclude, effectiveInput, evaluateParameters, passThrough } from '../pipeline.ts'

export function* enterPass(run: Run, frame: Frame, state: PassState): Work<Transition> {
  if (state.language === 'JSONata') return exitState(run, frame, yield* passThrough(run, frame, state))
  const data = effectiveInput(run, frame)
  const { parameters, result } = state
  const evaluated = parameters === undefined ? data : yield* evaluateParameters(state, scopeOf(run, frame, { data }))
  return exitState(run, frame, yield* conclude(run, frame, result === undefined ? evaluated : result))
}
