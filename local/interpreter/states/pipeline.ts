import type { Json } from '../contract.ts'
import type { ResultFields, StateBase } from '../machine.ts'
import { settle, type Work } from '../query/expression.ts'
import type { Path } from '../query/json-path.ts'
import type { Scope } from '../query/scope.ts'
import { type Exit, evaluateAssign } from '../run/exit-state.ts'
import type { Frame } from '../run/frame.ts'
import type { Run } from '../run/run.ts'
import { scopeOf } from '../run/scope-of.ts'
import { readOrFail } from './number-field.ts'

/** InputPath: what the state works on. JSONata states work on the raw input. */
export function effectiveInput(run: Run, frame: Frame): Json {
  return applyPath(frame.state.inputPath, frame.input, { run, frame })
}

interface Place {
  readonly run: Run
  readonly frame: Frame
}

/** Undefined leaves the data alone, `null` drops it. */
function applyPath(path: Path | null | undefined, data: Json, { run, frame }: Place): Json {
  if (path === undefined) return data
  return path === null ? {} : readOrFail(() => path.read(scopeOf(run, frame, { data })), path.text)
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
export function conclude(run: Run, frame: Frame, result: Json): Work<Exit & Stations> {
  return frame.state.language === 'JSONata' ? concludeJsonata(run, frame, result) : concludeJsonPath(run, frame, result)
}

function* concludeJsonata(run: Run, frame: Frame, result: Json): Work<Exit> {
  const { output, assign, next } = frame.state
  const scope = scopeOf(run, frame, { data: frame.input, result })
  const assigned = yield* evaluateAssign(assign, scope)
  return { output: output === undefined ? result : yield* settle(output.evaluate(scope)), assigned, next }
}

/** Most states have one or none of the fields, and a machine passes here for every state: nothing is made that is not asked for. */
function* concludeJsonPath(run: Run, frame: Frame, result: Json): Work<Exit & Stations> {
  const state = frame.state as Concluding
  const { resultSelector, assign, outputPath, next } = state
  const selected =
    resultSelector === undefined
      ? result
      : yield* settle(resultSelector.evaluate(scopeOf(run, frame, { data: result })))
  const assigned =
    assign === undefined ? undefined : yield* evaluateAssign(assign, scopeOf(run, frame, { data: selected }))
  const placed = placeResult(state, frame.input, selected)
  const output = applyPath(outputPath, placed, { run, frame })
  return { output, assigned, next, afterResultSelector: selected, afterResultPath: placed }
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
  { assign, output, next }: Pick<StateBase, 'assign' | 'output' | 'next'>,
): Work<Exit> {
  const data = effectiveInput(run, frame)
  if (assign === undefined && output === undefined) {
    return { output: applyPath(frame.state.outputPath, data, { run, frame }), assigned: undefined, next }
  }
  const scope = scopeOf(run, frame, { data })
  const assigned = yield* evaluateAssign(assign, scope)
  const left =
    output === undefined
      ? applyPath(frame.state.outputPath, data, { run, frame })
      : yield* settle(output.evaluate(scope))
  return { output: left, assigned, next }
}
