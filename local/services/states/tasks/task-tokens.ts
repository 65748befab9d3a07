import { statesError } from '../errors.ts'

/** Which task a token speaks for. */
export interface TokenHolder {
  executionArn: string
  taskId: string
  /** The activity or machine whose permission a caller needs. */
  resource: string
}

const REMEMBERED = 10_000
const WELL_FORMED = /^[\w+/=.:-]{24,}$/

/** The task tokens that are out. They are rebuilt with the executions, so a token stays valid over a restart. */
export class TaskTokens {
  readonly #holders = new Map<string, TokenHolder>()
  readonly #spent = new Set<string>()

  add(token: string, holder: TokenHolder): void {
    this.#holders.set(token, holder)
  }

  /** Forgets a token that is no longer awaited. */
  spend(token: string): void {
    if (!this.#holders.delete(token)) return
    this.#spent.add(token)
    if (this.#spent.size > REMEMBERED) this.#spent.delete(this.#spent.values().next().value!)
  }

  find(token: string): TokenHolder | undefined {
    return this.#holders.get(token)
  }

  /** The task behind a token; throws AWS's `TaskTimedOut` for one that was valid once, `InvalidToken` for anything else. */
  require(token: string): TokenHolder {
    const holder = this.#holders.get(token)
    if (holder) return holder
    if (this.#spent.has(token) || WELL_FORMED.test(token)) throw taskGone()
    throw statesError('InvalidToken', 'Invalid token')
  }
}

/** The answer to a worker whose task timed out, was answered already or belongs to an ended execution. */
export function taskGone(): Error {
  return statesError('TaskTimedOut', 'Provided task does not exist anymore')
}
