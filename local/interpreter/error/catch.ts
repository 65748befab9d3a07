import type { Json, JsonObject } from '../contract.ts'
import type { Expression } from '../query/expression.ts'
import { compileReferencePath, type Insert } from '../query/reference-path.ts'
import { compileTemplate, type QueryLanguage } from '../query/template.ts'
import { matchesError } from './error-equals.ts'
import type { StateError } from './state-error.ts'

/** One catcher of a Catch field. */
export interface Catcher {
  readonly errorEquals: readonly string[]
  readonly next: string
  /** `null` drops the error; undefined lets it replace the input. */
  readonly resultPath: Insert | null | undefined
  readonly assign: Expression | undefined
  readonly output: Expression | undefined
}

export function compileCatch(catchers: Json | undefined, language: QueryLanguage): readonly Catcher[] {
  return ((catchers ?? []) as readonly JsonObject[]).map((catcher, index) => ({
    errorEquals: catcher.ErrorEquals as readonly string[],
    next: catcher.Next as string,
    resultPath: compileResultPath(catcher.ResultPath),
    assign:
      catcher.Assign === undefined
        ? undefined
        : compileTemplate(catcher.Assign, { language, field: `Catch[${index}]/Assign` }),
    output:
      catcher.Output === undefined
        ? undefined
        : compileTemplate(catcher.Output, { language, field: `Catch[${index}]/Output` }),
  }))
}

export function compileResultPath(path: Json | undefined): Insert | null | undefined {
  return typeof path === 'string' ? compileReferencePath(path) : (path as null | undefined)
}

/** The first catcher that names the error. */
export function findCatcher(catchers: readonly Catcher[], error: StateError): Catcher | undefined {
  return catchers.find((catcher) => matchesError(catcher.errorEquals, error))
}

/** What Catch and `$states.errorOutput` see. A task token failed without a word has null in both. */
export function errorOutput(error: StateError): JsonObject {
  if (error.error === undefined && error.stateCause === undefined) return { Error: null, Cause: null }
  return {
    ...(error.error === undefined ? {} : { Error: error.error }),
    ...(error.stateCause === undefined ? {} : { Cause: error.stateCause }),
  }
}
