import type { Diagnostic, Json, JsonObject } from '../contract.ts'
import { isArray, isObject } from '../json.ts'
import type { StateType } from '../machine.ts'
import type { QueryLanguage } from '../query/template.ts'
import { checkFields } from './check-fields.ts'
import { checkTransitions } from './check-transitions.ts'
import { requiredFields, schemaError } from './finding.ts'
import { below, elementOf, type Place } from './place.ts'
import { stateShapes } from './state-shapes.ts'

/** Checks StartAt and States of a machine, a branch or an item processor. `States` is named first, as AWS does. */
export function checkWorkflow(definition: JsonObject, place: Place): readonly Diagnostic[] {
  const missing = ['States', 'StartAt'].filter((field) => definition[field] === undefined)
  if (missing.length > 0) return [requiredFields(missing, place.location)]
  const { States, StartAt } = definition
  if (!isObject(States!)) return [schemaError('Expected value of type Object', below(place, 'States').location)]
  if (typeof StartAt !== 'string')
    return [schemaError('Expected value of type String', below(place, 'StartAt').location)]
  const states = below(place, 'States')
  if (Object.keys(States).length === 0) return [schemaError('States must not be empty', states.location)]
  const findings = Object.entries(States).flatMap(([name, state]) => checkState(name, state, below(states, name)))
  return [...findings, ...checkTransitions(StartAt, States, place)]
}

/** Checks one state by itself. */
export function checkState(name: string, state: Json, outer: Place): readonly Diagnostic[] {
  if (!isObject(state)) return [schemaError('Expected value of type Object', outer.location)]
  const place = { ...outer, language: languageOf(state, outer) }
  const { Type: type } = state
  if (typeof type !== 'string') return [requiredFields(['Type'], place.location)]
  if (!Object.hasOwn(stateShapes, type))
    return [schemaError(`Unknown state type '${type}'`, below(place, 'Type').location)]
  const findings = [
    ...checkName(name, place),
    ...checkLanguage(state, place),
    ...checkFields(state, stateShapes[type as StateType], place),
  ]
  return [...findings, ...(structures[type as StateType]?.(state, place) ?? [])]
}

/** A state without a language of its own has the machine's, also inside a Map or Parallel of another language. */
function languageOf({ QueryLanguage: own }: JsonObject, { machineLanguage }: Place): QueryLanguage {
  return own === 'JSONPath' || own === 'JSONata' ? own : machineLanguage
}

const LONGEST_NAME = 80

function checkName(name: string, place: Place): readonly Diagnostic[] {
  if (name.length > LONGEST_NAME)
    return [schemaError(`State name must have at most ${LONGEST_NAME} characters`, place.location)]
  if (place.names.has(name)) return [schemaError(`Duplicate state name: ${name}`, place.location)]
  place.names.add(name)
  return []
}

function checkLanguage(
  { QueryLanguage: own }: JsonObject,
  { machineLanguage, location }: Place,
): readonly Diagnostic[] {
  if (own !== 'JSONPath' || machineLanguage !== 'JSONata') return []
  return [schemaError("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", location)]
}

type Structure = (state: JsonObject, place: Place) => readonly Diagnostic[]

/** What the single fields do not tell: which go together. */
const structures: { readonly [T in StateType]?: Structure } = {
  Wait: (state, place) => exactlyOne(state, ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'], place),
  Task: (state, place) => [
    ...atMostOne(state, ['TimeoutSeconds', 'TimeoutSecondsPath'], place),
    ...atMostOne(state, ['HeartbeatSeconds', 'HeartbeatSecondsPath'], place),
  ],
  Fail: (state, place) => [
    ...atMostOne(state, ['Error', 'ErrorPath'], place),
    ...atMostOne(state, ['Cause', 'CausePath'], place),
  ],
  Parallel: checkParallel,
  Map: checkMap,
}

function checkParallel({ Branches: branches }: JsonObject, place: Place): readonly Diagnostic[] {
  const here = below(place, 'Branches')
  if (branches === undefined || !isArray(branches)) return []
  if (branches.length === 0) return [schemaError('Array must not be empty', here.location)]
  return branches.flatMap((branch, index) => checkInner(branch, elementOf(here, index)))
}

function exactlyOne(state: JsonObject, fields: readonly string[], place: Place): readonly Diagnostic[] {
  const given = fields.filter((field) => state[field] !== undefined)
  return given.length === 1
    ? []
    : [schemaError(`Exactly one of these fields is required: [${fields.join(', ')}]`, place.location)]
}

function atMostOne(state: JsonObject, fields: readonly string[], place: Place): readonly Diagnostic[] {
  const given = fields.filter((field) => state[field] !== undefined)
  return given.length < 2
    ? []
    : [schemaError(`At most one of these fields may be given: [${fields.join(', ')}]`, place.location)]
}

function checkInner(definition: Json, place: Place): readonly Diagnostic[] {
  return isObject(definition)
    ? checkWorkflow(definition, place)
    : [schemaError('Expected value of type Object', place.location)]
}

/** AWS lets the tolerated failures of an inline Map pass, though they mean nothing there. */
const DISTRIBUTED_ONLY = ['ItemReader', 'ItemBatcher', 'ResultWriter', 'Label']

function checkMap(state: JsonObject, place: Place): readonly Diagnostic[] {
  const field = state.ItemProcessor === undefined ? 'Iterator' : 'ItemProcessor'
  const processor = state[field]
  if (processor === undefined) return [requiredFields(['ItemProcessor'], place.location)]
  const config =
    isObject(processor) && isObject(processor.ProcessorConfig ?? null) ? (processor.ProcessorConfig as JsonObject) : {}
  const inner = checkInner(processor, below(place, field))
  if (config.Mode === 'DISTRIBUTED') return inner
  const wrong = DISTRIBUTED_ONLY.filter((name) => state[name] !== undefined)
  return [
    ...inner,
    ...wrong.map((name) =>
      schemaError(`Field '${name}' is not supported for a Map state in INLINE mode`, place.location),
    ),
  ]
}
