import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { type Account, maySee } from '../../shared/accounts/account.ts'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { executionArnOf } from '../../shared/executions/execution-arn.ts'
import { stopExecution } from '../../shared/executions/stop-execution.ts'
import { listField, textField } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { parseLocation, replyKey, requestKey, resultPrefix } from '../../shared/inferences/inference-keys.ts'
import { type InferenceRecord, isEnded } from '../../shared/inferences/inference-record.ts'
import type { InferencesContext } from '../../shared/inferences/inferences-context.ts'
import { readInference } from '../../shared/inferences/read-inference.ts'
import { deleteObjects } from '../../shared/objects/delete-objects.ts'

/**
 * Deletes inferences with everything that belongs to them: parameters, request, reply, images. One that runs is stopped
 * first. Ids that are unknown, or not the caller's, are passed over, as the contract says.
 */
export async function deleteInferences(context: InferencesContext, caller: Account, body: JsonObject): Promise<void> {
  const ids = listField(body.inference_id_list, 'inference_id_list', { min: 1, max: 100 }).map((id, index) =>
    textField(id, `inference_id_list[${index}]`, { max: 80 }),
  )
  for (const id of new Set(ids)) {
    const record = await readInference(context.inferencesTable, id)
    if (record && maySee(caller, record.ownerRolesOrUsers)) await deleteInference(context, record, caller.username)
  }
}

async function deleteInference(context: InferencesContext, record: InferenceRecord, username: string): Promise<void> {
  const isRunning = !isEnded(record.status)
  if (isRunning) await stopExecution(executionArnOf(context.machineArn, record.id), `Deleted by ${username}`)
  await removeObjects(context, record)
  const remove = new DeleteCommand({ TableName: context.inferencesTable, Key: { id: record.id } })
  await withTransientErrors(() => dynamodb.send(remove))
  // A function that was at work when its execution was stopped may have written since.
  if (isRunning) await removeObjects(context, record)
}

async function removeObjects({ bucket }: InferencesContext, record: InferenceRecord): Promise<void> {
  const output = record.outputLocation === undefined ? undefined : parseLocation(record.outputLocation)
  const keys = [record.inputKey, requestKey(record.id), replyKey(record.id), resultPrefix(record.id)]
  if (output?.bucket === bucket) keys.push(output.key)
  for (const key of keys) await deleteObjects(bucket, key)
}
