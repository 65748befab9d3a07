import { maySee } from '../../shared/accounts/account.ts'
import { systemClock } from '../../shared/clock.ts'
import { readSettings } from '../../shared/endpoints/settings.ts'
import { requireEnv } from '../../shared/env.ts'
import { PackagedModelNotFoundError } from '../../shared/errors.ts'
import type { ApiRequest, ApiResponse } from '../../shared/http/api-request.ts'
import { knownCallerOf } from '../../shared/http/caller.ts'
import { reply } from '../../shared/http/reply.ts'
import { serveRoutes } from '../../shared/http/serve-routes.ts'
import type { ModelRecord } from '../../shared/models/model-record.ts'
import { findModel } from '../../shared/models/read-model.ts'
import { createModel } from './create-model.ts'
import { deleteModel } from './delete-model.ts'
import { findStarting } from './find-starting.ts'
import { listModels } from './list-models.ts'
import { modelProgress } from './model-progress.ts'
import { toView } from './model-view.ts'
import type { ModelsContext } from './models-context.ts'

const context: ModelsContext = {
  bucket: requireEnv('BUCKET'),
  apiUrl: requireEnv('API_URL'),
  modelsTable: requireEnv('MODELS_TABLE'),
  checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
  endpointsTable: requireEnv('ENDPOINTS_TABLE'),
  machineArn: requireEnv('CREATE_MODEL_MACHINE_ARN'),
  settings: readSettings(),
  clock: systemClock,
}

/** An execution name has at most this many characters. */
const LONGEST_ID = 80

/** Makes, lists, shows and deletes packaged models. */
export const handler = serveRoutes({
  'GET /models': async (request) => reply(200, { data: await listModels(context, knownCallerOf(request), request) }),
  'POST /models': async (request) => {
    const model = await createModel(context, knownCallerOf(request), request)
    return reply(202, { data: toView(context, model), message: `Model creation started: ${model.name}` })
  },
  'GET /models/{id}': show,
  'DELETE /models/{id}': remove,
})

async function show(request: ApiRequest): Promise<ApiResponse> {
  const model = await modelOf(request)
  const progress = await modelProgress(context.bucket, model)
  return reply(200, { data: { ...toView(context, model), ...(progress ? { progress } : {}) } })
}

async function remove(request: ApiRequest): Promise<ApiResponse> {
  const model = await modelOf(request)
  const deletion = await deleteModel(context, model, knownCallerOf(request).username)
  if (deletion === 'deleted') return reply(204, { message: 'model deleted' })
  return reply(202, { data: { id: model.id }, message: 'the model is being stopped' })
}

/** The model of the path, by id or by name, if the caller may see it. */
async function modelOf(request: ApiRequest): Promise<ModelRecord> {
  const id = request.pathParameters?.id ?? ''
  const caller = knownCallerOf(request)
  if (id.length <= LONGEST_ID) {
    const model = (await findModel(context.modelsTable, id)) ?? (await findStarting(context, id, caller.username))
    if (model && maySee(caller, model.allowedRolesOrUsers)) return model
  }
  throw new PackagedModelNotFoundError(`model not found with id or name ${id.slice(0, LONGEST_ID)}`)
}
