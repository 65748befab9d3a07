import { SendTaskFailureCommand, SendTaskSuccessCommand } from '@aws-sdk/client-sfn'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { states } from '../aws/states.ts'
import { log } from '../log.ts'
import type { ResultNotice } from './inference-record.ts'

/** A token that nobody waits with any more: the wait timed out, was retried, or its execution has ended. */
const OVER: ReadonlySet<string> = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])

const LONGEST_CAUSE = 32_000

/** Lets the state that waits with this token go on with what the endpoint told. Repeatable; a token that is over changes nothing. */
export async function returnToken(taskToken: string, notice: ResultNotice): Promise<void> {
  try {
    await withTransientErrors<unknown>(() => send(taskToken, notice))
  } catch (error) {
    if (!OVER.has((error as Error).name)) throw error
    log.info('Nobody waits with this token any more', { reason: (error as Error).name })
  }
}

function send(taskToken: string, { outcome, location, error, cause }: ResultNotice): Promise<unknown> {
  if (outcome === 'Completed') {
    const output = JSON.stringify({ outputLocation: location ?? '' })
    return states.send(new SendTaskSuccessCommand({ taskToken, output }))
  }
  const failure = { error: error ?? 'InferenceFailed', cause: (cause ?? '').slice(0, LONGEST_CAUSE) }
  return states.send(new SendTaskFailureCommand({ taskToken, ...failure }))
}
