import { systemClock } from '../../shared/clock.ts'
import { optionalEnv, requireEnv } from '../../shared/env.ts'
import { log } from '../../shared/log.ts'
import { announce } from './announce.ts'
import { type ExecutionStatusEvent, readEnding } from './execution-ending.ts'
import { createMergeLifecycle } from './merge-lifecycle.ts'
import { sendStory } from './send-story.ts'

const target = { eventBus: requireEnv('EVENT_BUS'), topicArn: requireEnv('TOPIC_ARN') }

/** One row for each lifecycle that announces its ends, by the ARN of its machine. */
const LIFECYCLES = {
  [requireEnv('MERGE_MACHINE_ARN')]: createMergeLifecycle({
    bucket: requireEnv('BUCKET'),
    checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
    mergesTable: requireEnv('MERGES_TABLE'),
    apiUrl: requireEnv('API_URL'),
    consoleUrlBase: optionalEnv('CONSOLE_URL_BASE', undefined),
  }),
}

/** Announces the end of an execution: record, bus, mail. Throws to have the event delivered again. */
export async function handler(event: ExecutionStatusEvent): Promise<void> {
  const ending = readEnding(event)
  const lifecycle = LIFECYCLES[event.detail.stateMachineArn]
  if (!ending || !lifecycle)
    return log.info('Not an end to announce', { eventId: event.id, status: event.detail.status })
  await announce(lifecycle, ending, { clock: systemClock, send: (story) => sendStory(target, story) })
}
