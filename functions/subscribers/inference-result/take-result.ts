import { type Clock, isoTime } from '../../shared/clock.ts'
import type { ResultNotice } from '../../shared/inferences/inference-record.ts'
import { isEnded } from '../../shared/inferences/inference-record.ts'
import { noteResult } from '../../shared/inferences/note-result.ts'
import { failureInText, readFailure } from '../../shared/inferences/read-failure.ts'
import { readInference } from '../../shared/inferences/read-inference.ts'
import { returnToken } from '../../shared/inferences/return-token.ts'
import { log } from '../../shared/log.ts'
import type { ResultMessage } from './result-message.ts'

/** Where the records are. */
export interface TakeResultContext {
  inferencesTable: string
  clock: Clock
}

/**
 * Lets the waiting execution go on with what the endpoint told. The notice is kept on the record first: should nobody wait
 * at this moment, whoever waits next finds it there. Repeatable, in any order and at once.
 */
export async function takeResult(context: TakeResultContext, message: ResultMessage): Promise<void> {
  const { inferenceId } = message
  const before = await readInference(context.inferencesTable, inferenceId)
  if (!before) return log.info('A result of an inference that is not ours, or deleted', { inferenceId })
  if (isEnded(before.status)) return log.info('A result that came late', { inferenceId, status: before.status })
  const notice = await noticeOf(context, message, before.failureLocation)
  const record = await noteResult(context.inferencesTable, inferenceId, notice)
  if (!record?.notice || isEnded(record.status)) return log.info('The inference has ended meanwhile', { inferenceId })
  if (!record.taskToken) return log.info('Nobody waits for the result yet', { inferenceId })
  await returnToken(record.taskToken, record.notice)
  log.info('Result taken', { inferenceId, outcome: record.notice.outcome })
}

async function noticeOf(
  { clock }: TakeResultContext,
  message: ResultMessage,
  failureLocation: string | undefined,
): Promise<ResultNotice> {
  const receivedAt = isoTime(clock.now())
  if (message.completed) {
    const location = message.outputLocation
    return { outcome: 'Completed', receivedAt, ...(location === undefined ? {} : { location }) }
  }
  const written = await readFailure(message.failureLocation ?? failureLocation)
  const failure = written ?? failureInText(message.failureReason ?? '')
  return { outcome: 'Failed', receivedAt, error: failure.name, cause: failure.message }
}
