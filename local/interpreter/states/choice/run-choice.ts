import { StateError, StatesErrors } from '../../error/state-error.ts'
import type { ChoiceRule, ChoiceState } from '../../machine.ts'
import { settle, type Work } from '../../query/expression.ts'
import type { Scope } from '../../query/scope.ts'
import { exitState } from '../../run/exit-state.ts'
import type { Frame } from '../../run/frame.ts'
import type { Run } from '../../run/run.ts'
import { scopeOf } from '../../run/scope-of.ts'
import type { Transition } from '../../run/transition.ts'
import { effectiveInput, passThrough } from '../pipeline.ts'

export function* enterChoice(run: Run, frame: Frame, state: ChoiceState): Work<Transition> {
  const scope = scopeOf(run, frame, { data: effectiveInput(run, frame) })
  const chosen = yield* chooseRule(state.choices, scope)
  if (chosen === undefined && state.default === undefined) {
    throw new StateError({
      error: StatesErrors.noChoiceMatched,
      cause: 'No Choice Rule matched and no Default state was specified.',
      inState: true,
    })
  }
  return exitState(run, frame, yield* passThrough(run, frame, chosen ?? { ...state, next: state.default }))
}

function* chooseRule(choices: readonly ChoiceRule[], scope: Scope): Work<ChoiceRule | undefined> {
  for (const choice of choices) {
    if (choice.rule !== undefined ? choice.rule(scope) : yield* settle(choice.condition!.evaluate(scope))) return choice
  }
  return undefined
}
