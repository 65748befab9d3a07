import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import type { CheckpointType } from '../../shared/checkpoints/checkpoint-record.ts'
import { readCheckpoint } from '../../shared/checkpoints/read-checkpoint.ts'
import { type Clock, isoTime } from '../../shared/clock.ts'
import { log } from '../../shared/log.ts'
import { describeJob, isJobAlive, jobStateOf } from '../../shared/trainings/describe-job.ts'
import { readTraining } from '../../shared/trainings/read-training.ts'
import { isFinal, type JobState, type TrainingRecord } from '../../shared/trainings/training-record.ts'
import {
  type CleanUpTrainingContext,
  cleanUpTraining,
  removeOutputs,
  stopJob,
} from '../../tasks/clean-up-training/clean-up-training.ts'

export interface FollowContext extends CleanUpTrainingContext {
  clock: Clock
}

/**
 * Takes up how a training job is. Events come late, twice and in any order, so the event only says where to look; what
 * counts is what SageMaker says now. Nothing waits for this: a lost event costs a line of the progress. Repeatable.
 */
export async function followJob(context: FollowContext, name: string): Promise<void> {
  const job = await describeJob(name)
  const id = job?.HyperParameters?.training_id
  if (!job || id === undefined) return log.info('Not the job of a training', { name })
  const training = await readTraining(context.trainingsTable, id)
  if (training && !isFinal(training.status)) return noteState(context, training, jobStateOf(job))
  if (training?.status === 'Succeeded' || training?.result !== undefined) return
  if (!isJobAlive(job)) return removeLeavings(context, training, job)
  // Created by a call that was under way when its execution was stopped: nobody else knows of it.
  if (job.TrainingJobStatus === 'InProgress') await stopJob(name)
}

/** Never after the training's end, never what an older look has seen. */
async function noteState(
  { trainingsTable, clock }: FollowContext,
  { id }: TrainingRecord,
  job: JobState,
): Promise<void> {
  const update = new UpdateCommand({
    TableName: trainingsTable,
    Key: { id },
    ConditionExpression:
      '#status = :training AND jobName = :name AND (attribute_not_exists(#job) OR #job.#name <> :name OR size(#job.transitions) <= :count)',
    UpdateExpression: 'SET #job = :job, updatedAt = :now',
    ExpressionAttributeNames: { '#status': 'status', '#job': 'job', '#name': 'name' },
    ExpressionAttributeValues: {
      ':training': 'Training',
      ':name': job.name,
      ':count': job.transitions.length,
      ':job': job,
      ':now': isoTime(clock.now()),
    },
  })
  try {
    await withTransientErrors(() => dynamodb.send(update))
    log.info('A job has moved on', { trainingId: id, name: job.name, secondaryStatus: job.secondaryStatus })
  } catch (error) {
    if (!isConditionFailure(error)) throw error
  }
}

/** A stopped job puts out what it has on its way to its end, when the training may be cleaned up, or even deleted, already. */
async function removeLeavings(
  context: FollowContext,
  training: TrainingRecord | undefined,
  job: DescribeTrainingJobResponse,
): Promise<void> {
  if (training) return cleanUpTraining(context, training)
  const output = outputOf(context.bucket, job)
  if (!output || (await readCheckpoint(context.checkpointsTable, output.checkpointId))) return
  await removeOutputs(context, output)
}

const OUTPUT_PATH = /^s3:\/\/([^/]+)\/(Stable-diffusion|Lora)\/checkpoint\/custom\/([0-9a-f-]{36})\/?$/

function outputOf(bucket: string, { OutputDataConfig, HyperParameters }: DescribeTrainingJobResponse) {
  const [, where, type, checkpointId] = OUTPUT_PATH.exec(OutputDataConfig?.S3OutputPath ?? '') ?? []
  if (where !== bucket || type === undefined || checkpointId === undefined) return undefined
  return { id: HyperParameters?.training_id ?? '', type: type as CheckpointType, checkpointId, names: [] }
}
