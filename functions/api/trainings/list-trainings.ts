import { type Account, maySee } from '../../shared/accounts/account.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { readNewestPage } from '../../shared/http/newest-page.ts'
import { fromItem } from '../../shared/trainings/training-record.ts'
import { toRow } from './training-views.ts'
import type { TrainingsContext } from './trainings-context.ts'

/** A page of the caller's trainings, newest first, with the cursor of the next one or null. */
export async function listTrainings(
  context: TrainingsContext,
  caller: Account,
  request: ApiRequest,
): Promise<JsonObject> {
  const { page, cursor } = await readNewestPage(request, {
    table: context.trainingsTable,
    list: 'trainings',
    fromItem,
    isShown: ({ ownerRolesOrUsers }) => maySee(caller, ownerRolesOrUsers),
  })
  return { trainings: page.map((training) => toRow(context, training)), last_evaluated_key: cursor }
}
