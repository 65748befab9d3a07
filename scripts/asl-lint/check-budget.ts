import { listStates, type Machine, type Retrier, type State } from './machine.ts'

const FUNCTION_PLACEHOLDER = /^\$\{(\w+)\}$/

const retryWait = (retrier: Retrier): number => {
  const waits = Array.from({ length: retrier.MaxAttempts ?? 3 }, (_, attempt) =>
    Math.min(
      (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** attempt,
      retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY,
    ),
  )
  return waits.reduce((sum, wait) => sum + wait, 0)
}

/** The longest that a state's own attempts and the waits between them can take, in seconds. */
function longestTime(state: State): number {
  const retriers = state.Retry ?? []
  const attempts = 1 + retriers.reduce((sum, retrier) => sum + (retrier.MaxAttempts ?? 3), 0)
  const task = typeof state.TimeoutSeconds === 'number' ? state.TimeoutSeconds * attempts : 0
  const wait = typeof state.Seconds === 'number' ? state.Seconds : 0
  return task + wait + retriers.reduce((sum, retrier) => sum + retryWait(retrier), 0)
}

function functionTimeout(state: State, timeouts: ReadonlyMap<string, number>): number {
  const placeholder = FUNCTION_PLACEHOLDER.exec(String(state.Arguments?.FunctionName ?? ''))
  return timeouts.get(placeholder?.[1] ?? '') ?? 0
}

/**
 * Complains when a function may run longer than its task waits, or when the tasks, each taken once with all its attempts,
 * do not fit into the machine's time. A Map counts as one round of its items.
 */
export function checkBudget(machine: Machine, functionTimeouts: ReadonlyMap<string, number>): string[] {
  const places = listStates(machine)
  const tooShort = places
    .filter(({ state }) => typeof state.TimeoutSeconds === 'number')
    .filter(({ state }) => functionTimeout(state, functionTimeouts) >= Number(state.TimeoutSeconds))
    .map(({ name }) => `"${name}": TimeoutSeconds is not above the timeout of its function`)
  const total = Math.ceil(places.reduce((sum, { state }) => sum + longestTime(state), 0))
  const limit = Number(machine.TimeoutSeconds)
  return total <= limit ? tooShort : [...tooShort, `tasks may take ${total} s together, the machine only ${limit} s`]
}
