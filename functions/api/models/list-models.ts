import { type Account, maySee } from '../../shared/accounts/account.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { readNewestPage } from '../../shared/http/newest-page.ts'
import type { ModelRecord } from '../../shared/models/model-record.ts'
import { toView } from './model-view.ts'
import type { ModelsContext } from './models-context.ts'

/** A page of the models that the caller may see, newest first, with the cursor of the next one or null. */
export async function listModels(context: ModelsContext, caller: Account, request: ApiRequest): Promise<JsonObject> {
  const { page, cursor } = await readNewestPage(request, {
    table: context.modelsTable,
    list: 'models',
    fromItem: (item: ModelRecord) => item,
    isShown: ({ allowedRolesOrUsers }) => maySee(caller, allowedRolesOrUsers),
  })
  return { models: page.map((model) => toView(context, model)), last_evaluated_key: cursor }
}
