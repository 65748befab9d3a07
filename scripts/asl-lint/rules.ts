import { checkBudget } from './check-budget.ts'
import { checkKeyOrder } from './check-key-order.ts'
import { checkRetry } from './check-retry.ts'
import { listStates, type Machine, type Place, type Surroundings } from './machine.ts'

type StateRule = (place: Place, surroundings: Surroundings) => string[]

const SENTENCE_CASE = /^[A-Z][a-z0-9]*( [a-z0-9]+)*\??$/
const LONGEST_NAME = 40
const MOST_STATES = 16
const DEEPEST_NESTING = 1

const isExpression = (value: unknown): boolean => typeof value === 'string' && value.startsWith('{% ')
const unless = (isFine: boolean, complaint: string): string[] => (isFine ? [] : [complaint])

const checkName: StateRule = ({ name, state }) => [
  ...unless(SENTENCE_CASE.test(name), 'name is not a sentence-case phrase'),
  ...unless(name.length <= LONGEST_NAME, `name is longer than ${LONGEST_NAME} characters`),
  ...unless((state.Type === 'Choice') === name.endsWith('?'), 'a Choice, and only a Choice, is a question'),
]

const checkTask: StateRule = ({ state }) => {
  if (state.Type !== 'Task') return []
  const waitsForToken = state.Resource?.endsWith('.waitForTaskToken') ?? false
  return [
    ...unless(Number.isInteger(state.TimeoutSeconds), 'TimeoutSeconds is not a literal'),
    ...unless(
      !waitsForToken || Number.isInteger(state.HeartbeatSeconds),
      'a token wait has no literal HeartbeatSeconds',
    ),
    ...unless((state.Retry?.length ?? 0) > 0, 'has no Retry'),
  ]
}

const checkChoice: StateRule = ({ state }) =>
  unless(state.Type !== 'Choice' || state.Default !== undefined, 'has no Default')

const checkFail: StateRule = ({ state }, { documentedErrors }) => {
  if (state.Type !== 'Fail') return []
  const isKnown = isExpression(state.Error) || documentedErrors.has(state.Error ?? '')
  return [...unless(isKnown, 'Error is not in docs/errors.md'), ...unless(Boolean(state.Cause), 'has no Cause')]
}

const checkCatch: StateRule = ({ state }) =>
  (state.Catch ?? []).flatMap((catcher, index, all) =>
    unless(
      !catcher.ErrorEquals.includes('States.ALL') || (index === all.length - 1 && catcher.ErrorEquals.length === 1),
      'States.ALL is not alone in the last catcher',
    ),
  )

const STATE_RULES: StateRule[] = [
  checkName,
  checkTask,
  checkChoice,
  checkFail,
  checkCatch,
  ({ state }, { permanentErrors }) => (state.Retry ?? []).flatMap((retrier) => checkRetry(retrier, permanentErrors)),
  ({ state }) => checkKeyOrder(Object.keys(state), 'state'),
]

function checkWhole(machine: Machine, places: Place[], surroundings: Surroundings): string[] {
  const names = places.map(({ name }) => name)
  const used = [...JSON.stringify(machine).matchAll(/\$\{(\w+)\}/g)].map((match) => match[1] ?? '')
  const unknown = new Set(used.filter((name) => !surroundings.substitutions.has(name)))
  return [
    ...unless(machine.QueryLanguage === 'JSONata', 'QueryLanguage is not JSONata'),
    ...unless(Boolean(machine.Comment), 'has no Comment'),
    ...unless(Number.isInteger(machine.TimeoutSeconds), 'TimeoutSeconds is not a literal'),
    ...unless(new Set(names).size === names.length, 'two states have the same name'),
    ...unless(names.length <= MOST_STATES, `has ${names.length} states, more than ${MOST_STATES}`),
    ...unless(
      places.every(({ depth }) => depth <= DEEPEST_NESTING),
      'nests Map or Parallel twice',
    ),
    ...[...unknown].map((name) => `\${${name}} is not among the DefinitionSubstitutions of serverless.yml`),
    ...checkKeyOrder(Object.keys(machine), 'machine'),
    ...checkBudget(machine, surroundings.functionTimeouts),
  ]
}

/** What in the machine breaks the house's style, one sentence each; empty when nothing does. */
export function lintMachine(machine: Machine, surroundings: Surroundings): string[] {
  const places = listStates(machine)
  const ofStates = places.flatMap((place) =>
    STATE_RULES.flatMap((rule) => rule(place, surroundings)).map((complaint) => `"${place.name}": ${complaint}`),
  )
  return [...checkWhole(machine, places, surroundings), ...ofStates]
}
