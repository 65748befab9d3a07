import type { Json, JsonObject, Ports } from '../contract.ts'

/** Variables of one scope; Map iterations and Parallel branches open inner scopes that see the outer ones but cannot assign to them. */
export interface Variables {
  readonly own: JsonObject
  readonly outer: Variables | undefined
}

/** Chance and time for expressions: both derive from the execution's seed and the input being handled. */
export interface World {
  readonly ports: Ports
  readonly at: number
  /** In [0, 1). */
  readonly random: () => number
  readonly uuid: () => string
}

/** What an expression may see. */
export interface Scope {
  readonly world: World
  readonly variables: Variables
  /** The context object, `$$` or `$states.context`. */
  readonly context: () => JsonObject
  /** `$` of JSONPath: the data at this point of the pipeline. */
  readonly data: Json
  /** `$states.input`. */
  readonly input: Json
  /** `$states.result`, when the state has one. */
  readonly result: Json | undefined
  /** `$states.errorOutput`, in Catch only. */
  readonly errorOutput: Json | undefined
}

export const noVariables: Variables = { own: {}, outer: undefined }

/** Looks a variable up from the inside out. */
export function lookupVariable(variables: Variables, name: string): Json | undefined {
  for (let scope: Variables | undefined = variables; scope !== undefined; scope = scope.outer) {
    if (Object.hasOwn(scope.own, name)) return scope.own[name]
  }
  return undefined
}

/** All visible variables in one object, inner ones winning. */
export function visibleVariables(variables: Variables): Record<string, Json> {
  const outer = variables.outer === undefined ? {} : visibleVariables(variables.outer)
  return Object.assign(outer, variables.own)
}
