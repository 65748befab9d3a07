import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { isConditionFailure, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { isoTime } from '../../shared/clock.ts'
import { ModelInUseError, TransientError } from '../../shared/errors.ts'
import { stopExecution } from '../../shared/executions/stop-execution.ts'
import type { ModelRecord } from '../../shared/models/model-record.ts'
import { findUser } from '../../shared/models/model-uses.ts'
import { releaseModelName } from '../../shared/models/name-claims.ts'
import { readModel } from '../../shared/models/read-model.ts'
import { unmakeModel } from '../../shared/models/unmake-model.ts'
import { changeModel } from '../../shared/models/write-model.ts'
import { cleanUpModel } from '../../tasks/clean-up-model/clean-up-model.ts'
import type { ModelsContext } from './models-context.ts'

/** What became of the model. */
export type Deletion = 'stopping' | 'deleted'

/** Others' writes overtake ours this often at most. */
const ATTEMPTS = 5

/**
 * Stops a model that is being made; its announcement writes the status and cleans up. Of one that is there everything goes
 * but what it was copied from, the record last, so that a deletion that breaks off can be repeated. Throws `ModelInUse`
 * while an endpoint runs it.
 */
export async function deleteModel(context: ModelsContext, model: ModelRecord, username: string): Promise<Deletion> {
  if (model.status === 'Creating' && (await stop(model, username))) return 'stopping'
  const settled = model.status === 'Creating' ? await endLeftover(context, model) : model
  if (settled.status === 'Active' || settled.status === 'Deleting') await deleteActive(context, settled)
  else await cleanUpModel(context, settled)
  await deleteRecord(context.modelsTable, settled.id)
  return 'deleted'
}

/** Whether it was running; one that has ended a moment ago is announced. */
async function stop({ executionArn, name }: ModelRecord, username: string): Promise<boolean> {
  const cause = `The model ${name} was deleted by ${username} while it was being made`
  return (await stopExecution(executionArn, cause)) !== 'absent'
}

/** A record that is not final and has no execution is a leftover that nobody else would ever end. */
async function endLeftover({ modelsTable, clock }: ModelsContext, model: ModelRecord): Promise<ModelRecord> {
  const end = { status: 'Failed', endedAt: isoTime(clock.now()) } as const
  await changeModel(modelsTable, model, end)
  return { ...model, ...end }
}

async function deleteActive(context: ModelsContext, model: ModelRecord): Promise<void> {
  await markDeleting(context, model)
  await unmakeModel(context.bucket, model)
  await releaseModelName(context.modelsTable, model.name, model.id)
}

/** From here on no endpoint is deployed from it. An endpoint that came in between is seen by the count of uses. */
async function markDeleting(context: ModelsContext, { id }: ModelRecord): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const model = await readModel(context.modelsTable, id)
    if (!model || model.status === 'Deleting') return
    const user = await findUser(context, model)
    if (user !== undefined) {
      throw new ModelInUseError(`The endpoint ${user} runs the model ${model.name}: delete the endpoint first`)
    }
    const change = { status: 'Deleting', updatedAt: isoTime(context.clock.now()) } as const
    if (await changeModel(context.modelsTable, model, change)) return
  }
  throw new TransientError(`The model ${id} is changing just now`)
}

async function deleteRecord(table: string, id: string): Promise<void> {
  const remove = new DeleteCommand({
    TableName: table,
    Key: { id },
    ConditionExpression: '#status <> :creating',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':creating': 'Creating' },
  })
  try {
    await withTransientErrors(() => dynamodb.send(remove))
  } catch (error) {
    if (!isConditionFailure(error)) throw error
  }
}
