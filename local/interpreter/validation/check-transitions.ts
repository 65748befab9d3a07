import type { Diagnostic, Json, JsonObject } from '../contract.ts'
import { isArray, isObject } from '../json.ts'
import { schemaError, transitionError } from './finding.ts'
import { below, elementOf, type Place } from './place.ts'

interface Target {
  readonly name: Json
  readonly location: string
}

/** Types that end or branch by themselves. */
const WITHOUT_NEXT: ReadonlySet<Json | undefined> = new Set(['Choice', 'Succeed', 'Fail'])

/** Every target exists, every state leads somewhere or ends, and something ends. */
export function checkTransitions(startAt: string, states: JsonObject, place: Place): readonly Diagnostic[] {
  const inside = below(place, 'States')
  const findings = Object.entries(states).flatMap(([name, state]) =>
    isObject(state) ? checkState(state, states, below(inside, name)) : [],
  )
  return [
    ...missingTarget({ name: startAt, location: below(place, 'StartAt').location }, states, 'StartAt'),
    ...findings,
  ]
}

function checkState(state: JsonObject, states: JsonObject, place: Place): readonly Diagnostic[] {
  const missing = targetsOf(state, place).flatMap((target) =>
    missingTarget(target, states, target.location.split('/').at(-1)!),
  )
  if (WITHOUT_NEXT.has(state.Type)) return missing
  const ends = (state.Next === undefined ? 0 : 1) + (state.End === true ? 1 : 0)
  return ends === 1
    ? missing
    : [schemaError("The field 'Next' or 'End' is required, and only one of them", place.location), ...missing]
}

function missingTarget({ name, location }: Target, states: JsonObject, field: string): readonly Diagnostic[] {
  if (typeof name !== 'string' || Object.hasOwn(states, name)) return []
  return [transitionError(`Missing '${field}' target: ${name}`, location)]
}

function targetsOf(state: JsonObject, place: Place): readonly Target[] {
  return [
    ...target(state.Next, below(place, 'Next')),
    ...target(state.Default, below(place, 'Default')),
    ...listTargets(state.Choices, below(place, 'Choices')),
    ...listTargets(state.Catch, below(place, 'Catch')),
  ]
}

function target(name: Json | undefined, { location }: Place): readonly Target[] {
  return name === undefined ? [] : [{ name, location }]
}

function listTargets(list: Json | undefined, place: Place): readonly Target[] {
  if (list === undefined || !isArray(list)) return []
  return list.flatMap((item, index) =>
    isObject(item) ? target(item.Next, below(elementOf(place, index), 'Next')) : [],
  )
}
