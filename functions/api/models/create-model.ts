import type { Account } from '../../shared/accounts/account.ts'
import { isoTime } from '../../shared/clock.ts'
import { PermanentError } from '../../shared/errors.ts'
import { startExecution } from '../../shared/executions/start-execution.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import { idempotencyKeyOf } from '../../shared/http/idempotency-key.ts'
import { readJsonBody } from '../../shared/http/json-body.ts'
import { checkTotal, findArtifacts } from '../../shared/models/find-artifacts.ts'
import type { ModelRecord, ModelRequest } from '../../shared/models/model-record.ts'
import { claimModelName, releaseModelName } from '../../shared/models/name-claims.ts'
import { newModelRecord } from '../../shared/models/new-model-record.ts'
import { readModel } from '../../shared/models/read-model.ts'
import { lookAtTarball } from '../../shared/models/tarball.ts'
import { newId } from '../../shared/new-id.ts'
import { readCreateModel } from './create-request.ts'
import type { ModelsContext } from './models-context.ts'

/** Checks what can be checked at once and starts create-model; answers the model as its record will have it. */
export async function createModel(context: ModelsContext, caller: Account, request: ApiRequest): Promise<ModelRecord> {
  const id = idempotencyKeyOf(request) ?? newId(context.clock)
  const wish = readCreateModel(context, readJsonBody(request))
  await checkContent(context, caller, wish)
  const startedAt = isoTime(context.clock.now())
  const work = { id, requestedBy: caller.username, request: wish }
  const executionArn = await whileClaimed(context, { id, name: wish.name }, () =>
    startExecution(context.machineArn, work, { did: 'made a model', look: 'GET /models' }),
  )
  return (
    (await readModel(context.modelsTable, id)) ?? newModelRecord({ ...work, executionArn, startedAt }, caller.roles)
  )
}

async function checkContent(
  { bucket, checkpointsTable }: ModelsContext,
  caller: Account,
  { artifacts, source }: ModelRequest,
): Promise<void> {
  if (source) {
    await lookAtTarball(bucket, source)
    return
  }
  const found = await findArtifacts(checkpointsTable, caller, artifacts)
  checkTotal(found.reduce((sum, { file }) => sum + (file.size ?? 0), 0))
}

/** The machine takes the name anyway; taken here already, it gives the caller an answer at once. Kept if the work is done. */
async function whileClaimed<Result>(
  context: ModelsContext,
  { id, name }: { id: string; name: string },
  work: () => Promise<Result>,
): Promise<Result> {
  const isNew = await claimModelName(context, name, id)
  try {
    return await work()
  } catch (error) {
    // A start whose answer was lost may have begun: its claim is its own to keep or to lose by age.
    if (isNew && error instanceof PermanentError) await releaseModelName(context.modelsTable, name, id)
    throw error
  }
}
