import { StopTrainingJobCommand } from '@aws-sdk/client-sagemaker'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { sagemaker } from '../../shared/aws/sagemaker.ts'
import { type CheckpointType, checkpointPrefix } from '../../shared/checkpoints/checkpoint-record.ts'
import { releaseName } from '../../shared/checkpoints/name-claims.ts'
import { deleteCheckpointRecord } from '../../shared/checkpoints/put-checkpoint.ts'
import { readCheckpoint } from '../../shared/checkpoints/read-checkpoint.ts'
import { TransientError } from '../../shared/errors.ts'
import { log } from '../../shared/log.ts'
import { abortUploads } from '../../shared/objects/abort-uploads.ts'
import { deleteObjects } from '../../shared/objects/delete-objects.ts'
import { describeJob, isJobAlive } from '../../shared/trainings/describe-job.ts'
import { jobNamePrefix, jobNames } from '../../shared/trainings/job-names.ts'
import { outputFileName } from '../../shared/trainings/output-files.ts'
import { resumePrefix, TYPE_OF_METHOD } from '../../shared/trainings/training-keys.ts'
import type { TrainingRecord } from '../../shared/trainings/training-record.ts'
import { listOutputs } from '../collect-outputs/list-outputs.ts'

/** Where everything is. */
export interface CleanUpTrainingContext {
  bucket: string
  checkpointsTable: string
  trainingsTable: string
  namePrefix: string
}

/** The training that failed, was stopped or is deleted; of what it has read, nothing is here. */
export type TrainingToClean = Pick<TrainingRecord, 'id' | 'name' | 'checkpointId' | 'request' | 'attempt' | 'result'>

const AT_ONCE = 20

/**
 * Leaves nothing of a training that did not come to its end: no running job, no object, no claimed name. What is in the
 * library is not touched, and neither are base model and dataset. Repeatable. A job takes up to two minutes to stop and may
 * put something out on its way: throws `TransientError` at the end when one was still alive, to be called once more.
 */
export async function cleanUpTraining(context: CleanUpTrainingContext, training: TrainingToClean): Promise<void> {
  const alive = await stopJobs(context, training)
  await deleteObjects(context.bucket, resumePrefix(training.id))
  if (training.result === undefined) {
    const { id, checkpointId, request } = training
    await removeOutputs(context, {
      id,
      checkpointId,
      type: TYPE_OF_METHOD[request.method],
      names: [outputFileName(training.name)],
    })
  }
  log.info('Training cleaned up', { trainingId: training.id, kept: training.result !== undefined, alive })
  if (alive.length > 0) throw new TransientError(`The training job ${alive.join(', ')} is still stopping`)
}

/** The names of the jobs that were still alive. */
async function stopJobs(
  { namePrefix }: CleanUpTrainingContext,
  { id, attempt = 0 }: TrainingToClean,
): Promise<string[]> {
  const alive: string[] = []
  for (const name of jobNames(jobNamePrefix(namePrefix, id), attempt)) {
    const job = await describeJob(name)
    if (!job || !isJobAlive(job)) continue
    alive.push(name)
    if (job.TrainingJobStatus === 'InProgress') await stopJob(name)
  }
  return alive
}

/** Stops a job; one that has ended is fine. */
export async function stopJob(name: string): Promise<void> {
  try {
    await withTransientErrors(() => sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name })))
  } catch (error) {
    // It has ended, or is stopping, since it was looked at.
    if ((error as Error).name !== 'ValidationException') throw error
  }
}

/** Where a training's output goes, and names that it has claimed without an object to show for it. */
export interface TrainingOutput {
  id: string
  checkpointId: string
  type: CheckpointType
  names: readonly string[]
}

/** Deletes what came out and is not in the library to stay: record, names, uploads and objects. Repeatable. */
export async function removeOutputs(
  { bucket, checkpointsTable }: Pick<CleanUpTrainingContext, 'bucket' | 'checkpointsTable'>,
  { id, checkpointId, type, names }: TrainingOutput,
): Promise<void> {
  // With the slash: another id may begin with this one.
  const prefix = `${checkpointPrefix(type, checkpointId)}/`
  const late = await readCheckpoint(checkpointsTable, checkpointId)
  if (late?.lineage?.kind === 'training' && late.lineage.trainingId === id) {
    await deleteCheckpointRecord(checkpointsTable, checkpointId)
  }
  // Before the objects go, which is where a repeated clean-up finds the names.
  await releaseNames(checkpointsTable, checkpointId, [...names, ...(await modelNames(bucket, prefix))])
  await abortUploads(bucket, prefix)
  await deleteObjects(bucket, prefix)
}

async function modelNames(bucket: string, prefix: string): Promise<string[]> {
  const objects = await listOutputs(bucket, prefix)
  const names = objects.map(({ key }) => key.slice(key.lastIndexOf('/') + 1))
  return names.filter((name) => name.endsWith('.safetensors'))
}

async function releaseNames(table: string, checkpointId: string, names: readonly string[]): Promise<void> {
  for (let next = 0; next < names.length; next += AT_ONCE) {
    await Promise.all(names.slice(next, next + AT_ONCE).map((name) => releaseName(table, name, checkpointId)))
  }
}
