import type { ApiRequest } from '../../shared/http/api-request.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { readNewestPage } from '../../shared/http/newest-page.ts'
import type { MergeRecord } from '../../shared/merges/merge-record.ts'
import { toView } from './merge-view.ts'
import type { MergesContext } from './merges-context.ts'

/** A page of merges, newest first, with the cursor of the next one or null. */
export async function listMerges(context: MergesContext, request: ApiRequest): Promise<JsonObject> {
  const { page, cursor } = await readNewestPage(request, {
    table: context.mergesTable,
    list: 'merges',
    fromItem: (item: MergeRecord) => item,
    isShown: () => true,
  })
  return { merges: page.map((merge) => toView(context, merge)), last_evaluated_key: cursor }
}
