import { log } from '../log.ts'
import { describeJob, jobStateOf } from './describe-job.ts'
import type { JobState, TrainingRecord } from './training-record.ts'

const OVER: ReadonlySet<string> = new Set(['Completed', 'Failed', 'Stopped'])

type FollowedTraining = Pick<TrainingRecord, 'jobName' | 'job'>

/** The state of the job that the training is at; what the record has may be an earlier attempt's. */
export function currentJob({ jobName, job }: FollowedTraining): JobState | undefined {
  return job?.name === jobName ? job : undefined
}

/** How the training's job is: as the record has it once it is over, as SageMaker says before. The record's where SageMaker does not answer. */
export async function latestJobState(training: FollowedTraining): Promise<JobState | undefined> {
  const known = currentJob(training)
  if (training.jobName === undefined || (known && OVER.has(known.status))) return known
  try {
    const description = await describeJob(training.jobName)
    return description ? jobStateOf(description) : known
  } catch (error) {
    log.error('A job could not be described', { jobName: training.jobName, error })
    return known
  }
}
