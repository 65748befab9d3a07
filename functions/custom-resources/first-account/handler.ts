import { isoTime, systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { log } from '../../shared/log.ts'
import { answerCloudFormation, type CustomResourceRequest, type Outcome } from './answer-cloudformation.ts'
import { firstAccountItems, putMissingItems } from './put-first-account.ts'

const LONGEST_WORK_MS = 20_000

/** Makes the first role and user on Create and Update, keeps them on Delete, and always answers CloudFormation. */
export async function handler(request: CustomResourceRequest): Promise<void> {
  const outcome = await outcomeOf(request)
  log.info('First account', { requestType: request.RequestType, outcome })
  await answerCloudFormation(request, outcome)
}

/** The environment is read here and not at load: a throw while loading would leave CloudFormation waiting for an hour. */
async function outcomeOf(request: CustomResourceRequest): Promise<Outcome> {
  if (request.RequestType === 'Delete') return { Status: 'SUCCESS' }
  try {
    const username = request.ResourceProperties?.Username ?? 'admin'
    const items = firstAccountItems(username, isoTime(systemClock.now()))
    await putMissingItems(requireEnv('ACCOUNTS_TABLE'), items, AbortSignal.timeout(LONGEST_WORK_MS))
    return { Status: 'SUCCESS' }
  } catch (error) {
    return { Status: 'FAILED', Reason: `The first account could not be made: ${(error as Error).message}` }
  }
}
