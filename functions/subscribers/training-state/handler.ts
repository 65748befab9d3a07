import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { type FollowContext, followJob } from './follow-job.ts'

/** EventBridge's "SageMaker Training Job State Change", as far as it is trusted. */
export interface TrainingStateEvent {
  detail: { TrainingJobName?: string }
}

const context: FollowContext = {
  bucket: requireEnv('BUCKET'),
  checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
  trainingsTable: requireEnv('TRAININGS_TABLE'),
  namePrefix: requireEnv('NAME_PREFIX'),
  clock: systemClock,
}

/** Takes up what SageMaker says of a training job. Throws to have the event delivered again. */
export async function handler(event: TrainingStateEvent): Promise<void> {
  if (event.detail.TrainingJobName) await followJob(context, event.detail.TrainingJobName)
}
