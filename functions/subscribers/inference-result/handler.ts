import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { log } from '../../shared/log.ts'
import { readResultMessage } from './result-message.ts'
import { type TakeResultContext, takeResult } from './take-result.ts'

/** An event of SNS, as far as it is read here. */
export interface SnsEvent {
  Records: { Sns: { MessageId?: string; Message: string } }[]
}

const context: TakeResultContext = { inferencesTable: requireEnv('INFERENCES_TABLE'), clock: systemClock }

/** Takes what SageMaker says about asynchronous inferences on its success and error topics. Throws to have the event delivered again. */
export async function handler(event: SnsEvent): Promise<void> {
  const results = await Promise.allSettled(event.Records.map(({ Sns }) => take(Sns)))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

async function take({ MessageId, Message }: { MessageId?: string; Message: string }): Promise<void> {
  const message = readResultMessage(Message)
  if (!message) return log.info('Not the result of an inference', { messageId: MessageId })
  await takeResult(context, message)
}
