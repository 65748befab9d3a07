import { log } from '../../shared/log.ts'
import { describeJob, jobStateOf } from '../../shared/trainings/describe-job.ts'
import type { JobState, TrainingRecord } from '../../shared/trainings/training-record.ts'

const OVER: ReadonlySet<string> = new Set(['Completed', 'Failed', 'Stopped'])

/** How the training's job is: as the record has it once it is over, as SageMaker says before. The record's where SageMaker does not answer. */
export async function latestJobState({ jobName, job }: TrainingRecord): Promise<JobState | undefined> {
  if (jobName === undefined || (job?.name === jobName && OVER.has(job.status))) return job
  try {
    const description = await describeJob(jobName)
    return description ? jobStateOf(description) : job
  } catch (error) {
    log.error('A job could not be described', { jobName, error })
    return job
  }
}
