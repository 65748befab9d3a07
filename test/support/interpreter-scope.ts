import type { Json, JsonObject } from '../../local/interpreter/contract.ts'
import type { Scope } from '../../local/interpreter/query/scope.ts'
import { testPorts } from './interpreter-driver.ts'

export interface Surroundings {
  readonly variables?: JsonObject
  readonly context?: JsonObject
  readonly result?: Json
  readonly errorOutput?: Json
  readonly random?: number
}

/** What an expression sees whose data and input are `data`. */
export function scopeWith(
  data: Json,
  { variables = {}, context = {}, result, errorOutput, random = 0.5 }: Surroundings = {},
): Scope {
  return {
    world: {
      ports: testPorts,
      at: Date.UTC(2026, 0, 1),
      random: () => random,
      uuid: () => '00000000-0000-4000-8000-000000000000',
    },
    variables: { own: variables, outer: undefined },
    context: () => context,
    data,
    input: data,
    result,
    errorOutput,
  }
}
