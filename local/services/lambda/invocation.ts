/** `RequestResponse` waits for the result, `Event` is accepted and tried until it is settled. */
export type InvocationType = 'RequestResponse' | 'Event'

/** The end of one invocation. */
export interface Answer {
  /** JSON text: the result, or `{ errorType, errorMessage, trace? }`; empty for an `Event`. */
  payload: string
  functionError?: 'Unhandled'
  /** 200, or 202 for an `Event`. */
  statusCode: number
  /** The last lines of the log, as the console shows them. */
  log: string
}

/** What an invocation answers. */
export interface Invocation extends Answer {
  /**
   * The end of the matter: for an `Event` the answer of the last attempt (AWS tries twice more, after one and two minutes), for a
   * `RequestResponse` this very answer. Stays open when the service closes first.
   */
  settled: Promise<Answer>
}

export interface InvokeOptions {
  type: InvocationType
  requestId: string
  /** The caller is itself a function that waits: it must not wait for a place it may be holding. */
  nested: boolean
}
