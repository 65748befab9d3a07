import type { Json, JsonObject, TestStateRequest, ValidateOptions } from '../contract.ts'
import { isArray, isObject } from '../json.ts'
import type { State } from '../machine.ts'
import type { QueryLanguage } from '../query/template.ts'
import { compileState } from '../states/compile-state.ts'
import { checkState } from '../validation/check-workflow.ts'
import { DefinitionError } from '../validation/definition-error.ts'
import { Refusal, refuse } from './refusal.ts'

/** The name a state goes by when the definition is one state without a name. */
const NAMELESS = 'StateName'

/** The state to be tested: the definition itself, or the named state of the machine it is. */
export function findState(request: TestStateRequest): { state: State; fields: JsonObject } {
  const definition = parseDefinition(request.definition)
  const language: QueryLanguage =
    definition.QueryLanguage === 'JSONata' && definition.States !== undefined ? 'JSONata' : 'JSONPath'
  const name = request.stateName ?? NAMELESS
  const fields = request.stateName === undefined ? definition : findFields(definition, name)
  if (fields === undefined) refuse(`State '${name}' is not found in the state machine definition`)
  const options: ValidateOptions = {
    type: 'STANDARD',
    ...(request.rejectResource === undefined ? {} : { rejectResource: request.rejectResource }),
  }
  checkFields({ name, fields, language, options })
  return { state: compileState(name, fields, language), fields }
}

function parseDefinition(text: string): JsonObject {
  let definition: Json | undefined
  try {
    definition = JSON.parse(text) as Json
  } catch {
    definition = undefined
  }
  if (isObject(definition)) return definition
  throw invalid('INVALID_JSON_DESCRIPTION: The definition is not valid JSON at /')
}

function invalid(reason: string): Refusal {
  return new Refusal('InvalidDefinition', `Invalid State Machine Definition: '${reason}'`)
}

function findFields(workflow: JsonObject, name: string): JsonObject | undefined {
  const states = isObject(workflow.States ?? null) ? (workflow.States as JsonObject) : {}
  const own = states[name]
  if (isObject(own)) return own
  for (const state of Object.values(states)) {
    for (const inner of innerWorkflows(state)) {
      const found = findFields(inner, name)
      if (found !== undefined) return found
    }
  }
  return undefined
}

function innerWorkflows(state: Json): readonly JsonObject[] {
  if (!isObject(state)) return []
  const { Branches: branches, ItemProcessor: processor, Iterator: iterator } = state
  return [...(isArray(branches) ? branches : []), processor, iterator].filter(isObject)
}

function checkFields({
  name,
  fields,
  language,
  options,
}: {
  name: string
  fields: JsonObject
  language: QueryLanguage
  options: ValidateOptions
}): void {
  const place = {
    location: `/States/${name}`,
    field: name,
    language,
    machineLanguage: language,
    options,
    names: new Set<string>(),
  }
  const findings = checkState(name, fields, place)
  if (findings.length > 0) throw invalid(new DefinitionError(findings).message)
}
