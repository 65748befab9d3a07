import { systemClock } from '../../shared/clock.ts'
import { optionalEnv, requireEnv } from '../../shared/env.ts'
import { log } from '../../shared/log.ts'
import { announce } from './announce.ts'
import { createDeletionLifecycle, createDeploymentLifecycle } from './endpoint-lifecycles.ts'
import { type ExecutionEnding, type ExecutionStatusEvent, readEnding } from './execution-ending.ts'
import { createInferenceLifecycle } from './inference-lifecycle.ts'
import type { Lifecycle } from './lifecycle.ts'
import { createMergeLifecycle } from './merge-lifecycle.ts'
import { createModelLifecycle } from './model-lifecycle.ts'
import { sendStory } from './send-story.ts'
import { createTrainingLifecycle } from './training-lifecycle.ts'

const target = { eventBus: requireEnv('EVENT_BUS'), topicArn: requireEnv('TOPIC_ARN') }

const shared = {
  bucket: requireEnv('BUCKET'),
  apiUrl: requireEnv('API_URL'),
  consoleUrlBase: optionalEnv('CONSOLE_URL_BASE', undefined),
}

const endpoints = {
  ...shared,
  endpointsTable: requireEnv('ENDPOINTS_TABLE'),
  deleteMachineArn: requireEnv('DELETE_ENDPOINT_MACHINE_ARN'),
}

type Announce = (ending: ExecutionEnding) => Promise<void>

/** One row for each lifecycle that announces its ends, by the ARN of its machine. */
const LIFECYCLES: Readonly<Record<string, Announce>> = {
  [requireEnv('MERGE_MACHINE_ARN')]: announcing(
    createMergeLifecycle({
      ...shared,
      checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
      mergesTable: requireEnv('MERGES_TABLE'),
    }),
  ),
  [requireEnv('DEPLOY_ENDPOINT_MACHINE_ARN')]: announcing(createDeploymentLifecycle(endpoints)),
  [requireEnv('DELETE_ENDPOINT_MACHINE_ARN')]: announcing(createDeletionLifecycle(endpoints)),
  [requireEnv('CREATE_MODEL_MACHINE_ARN')]: announcing(
    createModelLifecycle({ ...shared, modelsTable: requireEnv('MODELS_TABLE') }),
  ),
  [requireEnv('TRAIN_MACHINE_ARN')]: announcing(
    createTrainingLifecycle({
      ...shared,
      checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
      trainingsTable: requireEnv('TRAININGS_TABLE'),
      namePrefix: requireEnv('NAME_PREFIX'),
    }),
  ),
  [requireEnv('ASYNC_INFERENCE_MACHINE_ARN')]: announcing(
    createInferenceLifecycle({
      ...shared,
      inferencesTable: requireEnv('INFERENCES_TABLE'),
      cloudfrontDomain: optionalEnv('CLOUDFRONT_DOMAIN', undefined),
    }),
  ),
}

function announcing<JobRecord>(lifecycle: Lifecycle<JobRecord>): Announce {
  return (ending) => announce(lifecycle, ending, { clock: systemClock, send: (story) => sendStory(target, story) })
}

/** Announces the end of an execution: record, bus, mail. Throws to have the event delivered again. */
export async function handler(event: ExecutionStatusEvent): Promise<void> {
  const ending = readEnding(event)
  const announceEnding = LIFECYCLES[event.detail.stateMachineArn]
  if (!ending || !announceEnding)
    return log.info('Not an end to announce', { eventId: event.id, status: event.detail.status })
  await announceEnding(ending)
}
