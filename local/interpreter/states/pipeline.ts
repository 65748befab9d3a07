import type { Json, JsonObject } from '../contract.ts'
import type { ResultFields, StateBase } from '../machine.ts'
import { settle, type Work } from '../query/expression.ts'
import type { Path } from '../query/json-path.ts'
import type { Scope } from '../query/scope.ts'
import { type Exit, evaluateAssign } from '../run/exit-state.ts'
import type { Frame } from '../run/frame.ts'
import type { Run } from '../run/run.ts'
import { type ScopeOptions, scopeOf } from '../run/scope-of.ts'
import { readOrFail } from './number-field.ts'

/** InputPath: what the state works on. JSONata states work on the raw input. */
export function effectiveInput(run: Run, frame: Frame): Json {
  return applyPath(frame.state.inputPath, scopeOf(run, frame, { data: frame.input }))
}

/** Undefined leaves the data alone, `null` drops it. */
function applyPath(path: Path | null | undefined, scope: Scope): Json {
  if (path === undefined) return scope.data
  return path === null ? {} : readOrFail(() => path.read(scope), path.text)
}

/** Parameters or Arguments; without them the effective input. */
export function* evaluateParameters(state: Pick<ResultFields, 'parameters'>, scope: Scope): Work<Json> {
  return state.parameters === undefined ? scope.data : yield* settle(state.parameters.evaluate(scope))
}

type Concluding = StateBase & Partial<Pick<ResultFields, 'resultSelector' | 'resultPath'>>

/** The stations between a state's result and its output, for those who want to look at them (TestState). */
export interface Stations {
  readonly afterResultSelector?: Json
  readonly afterResultPath?: Json
}

/** From a result to the output: ResultSelector, Assign, ResultPath and OutputPath, or Output and Assign. */
export function* conclude(run: Run, frame: Frame, result: Json): Work<Exit & Stations> {
  const state = frame.state as Concluding
  return state.language === 'JSONata'
    ? yield* concludeJsonata(run, frame, result)
    : yield* concludeJsonPath(run, frame, result)
}

function* concludeJsonata(run: Run, frame: Frame, result: Json): Work<Exit> {
  const { output, assign, next } = frame.state
  const scope = scopeOf(run, frame, { data: frame.input, result })
  const assigned = yield* evaluateAssign(assign, scope)
  return { output: output === undefined ? result : yield* settle(output.evaluate(scope)), assigned, next }
}

function* concludeJsonPath(run: Run, frame: Frame, result: Json): Work<Exit & Stations> {
  const state = frame.state as Concluding
  const scope = (options: ScopeOptions) => scopeOf(run, frame, options)
  const selected =
    state.resultSelector === undefined ? result : yield* settle(state.resultSelector.evaluate(scope({ data: result })))
  const assigned = yield* evaluateAssign(state.assign, scope({ data: selected }))
  const placed = placeResult(state, frame.input, selected)
  return {
    output: applyPath(state.outputPath, scope({ data: placed })),
    assigned,
    next: state.next,
    afterResultSelector: selected,
    afterResultPath: placed,
  }
}

/** ResultPath puts the result into the raw input. */
function placeResult({ resultPath }: Concluding, input: Json, result: Json): Json {
  if (resultPath === undefined) return result
  return resultPath === null ? input : resultPath(input, result)
}

/** For states without a result of their own (Choice, Wait, Succeed): the input passes through. */
export function* passThrough(
  run: Run,
  frame: Frame,
  fields: Pick<StateBase, 'assign' | 'output'> & { readonly next: string | undefined },
): Work<Exit> {
  const data = effectiveInput(run, frame)
  const scope = scopeOf(run, frame, { data })
  const assigned: JsonObject | undefined = yield* evaluateAssign(fields.assign, scope)
  const output =
    fields.output === undefined
      ? applyPath(frame.state.outputPath, scope)
      : yield* settle(fields.output.evaluate(scope))
  return { output, assigned, next: fields.next }
}
