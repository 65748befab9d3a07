import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { type Account, maySee } from '../../shared/accounts/account.ts'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { TransientError } from '../../shared/errors.ts'
import { stopExecution } from '../../shared/executions/stop-execution.ts'
import { listField, textField } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { log } from '../../shared/log.ts'
import { deleteObjects } from '../../shared/objects/delete-objects.ts'
import { deletionCause } from '../../shared/trainings/deletion-cause.ts'
import { trainingPrefix } from '../../shared/trainings/training-keys.ts'
import { isFinal, type TrainingRecord } from '../../shared/trainings/training-record.ts'
import { cleanUpTraining } from '../../tasks/clean-up-training/clean-up-training.ts'
import { lookUp } from './find-training.ts'
import type { TrainingsContext } from './trainings-context.ts'

const AT_ONCE = 5

/**
 * Deletes trainings with what only they need. One that runs is stopped first, and what it had half made goes. Base model,
 * dataset and the checkpoint that came out stay. Ids that are unknown, or not the caller's, are passed over.
 */
export async function deleteTrainings(context: TrainingsContext, caller: Account, body: JsonObject): Promise<void> {
  const list = listField(body.training_id_list, 'training_id_list', { min: 1, max: 100 })
  const ids = [...new Set(list.map((id, index) => textField(id, `training_id_list[${index}]`, { max: 80 })))]
  for (let next = 0; next < ids.length; next += AT_ONCE) {
    await Promise.all(ids.slice(next, next + AT_ONCE).map((id) => deleteOne(context, caller, id)))
  }
}

async function deleteOne(context: TrainingsContext, caller: Account, id: string): Promise<void> {
  const training = await lookUp(context, id)
  if (!training || !maySee(caller, training.ownerRolesOrUsers)) return
  const isRunning = !isFinal(training.status)
  if (isRunning) await stopExecution(training.executionArn, deletionCause(caller.username))
  // Read again: the machine may have come further before it was stopped.
  const stopped = isRunning ? ((await lookUp(context, id)) ?? training) : training
  await removeLeavings(context, stopped)
  await withTransientErrors(() => dynamodb.send(new DeleteCommand({ TableName: context.trainingsTable, Key: { id } })))
  // A function that was at work when its execution was stopped may have written since.
  if (isRunning) await removeLeavings(context, stopped)
}

async function removeLeavings(context: TrainingsContext, training: TrainingRecord): Promise<void> {
  if (training.checkpointId !== '' && training.status !== 'Succeeded') await cleanUp(context, training)
  await deleteObjects(context.bucket, trainingPrefix(training.id))
}

/** What a job that is still stopping puts out is deleted when SageMaker reports its end. */
async function cleanUp(context: TrainingsContext, training: TrainingRecord): Promise<void> {
  try {
    await cleanUpTraining(context, training)
  } catch (error) {
    if (!(error instanceof TransientError)) throw error
    log.info('Something of the training goes later', { trainingId: training.id, why: error.message })
  }
}
