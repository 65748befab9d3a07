import type { Json, JsonObject } from '../contract.ts'
import type { Expression } from '../query/expression.ts'
import { settle, type Work } from '../query/expression.ts'
import type { Scope } from '../query/scope.ts'
import { dataLimitExceeded, exceedsDataLimit } from './data-limit.ts'
import type { Frame } from './frame.ts'
import { advance, type Run } from './run.ts'
import { EXITED } from './state-events.ts'
import type { Transition } from './transition.ts'

/** Evaluates an Assign field; its expressions all see the variables as they were before. */
export function* evaluateAssign(assign: Expression | undefined, scope: Scope): Work<JsonObject | undefined> {
  return assign === undefined ? undefined : ((yield* settle(assign.evaluate(scope))) as JsonObject)
}

export interface Exit {
  readonly output: Json
  readonly assigned: JsonObject | undefined
  /** Undefined ends the workflow. */
  readonly next: string | undefined
}

/** Leaves the frame's state: variables, size limit, StateExited. Throws States.DataLimitExceeded. */
export function exitState(run: Run, frame: Frame, { output, assigned, next }: Exit): Transition {
  const text = output === frame.input ? frame.inputText : JSON.stringify(output)
  if (exceedsDataLimit(text)) throw dataLimitExceeded(frame.state.name)
  if (assigned !== undefined)
    frame.variables = { own: { ...frame.variables.own, ...assigned }, outer: frame.variables.outer }
  advance(run, frame, { type: EXITED[frame.state.type], details: exitDetails(frame, text, assigned) })
  return next === undefined ? { kind: 'end', output, text } : { kind: 'next', state: next, output, text }
}

const untruncated: JsonObject = { truncated: false }

function exitDetails(frame: Frame, output: string, assigned: JsonObject | undefined): JsonObject {
  const details = { name: frame.state.name, output, outputDetails: untruncated }
  if (assigned === undefined || Object.keys(assigned).length === 0) return details
  const texts = Object.fromEntries(Object.entries(assigned).map(([name, value]) => [name, JSON.stringify(value)]))
  return { ...details, assignedVariables: texts, assignedVariablesDetails: untruncated }
}
