import { type Account, holdsAny, maySee } from '../../shared/accounts/account.ts'
import { findAccount } from '../../shared/accounts/find-account.ts'
import type { EndpointRecord } from '../../shared/endpoints/endpoint-record.ts'
import { InvalidRequestError } from '../../shared/errors.ts'
import type { ApiRequest } from '../../shared/http/api-request.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { readNewestPage } from '../../shared/http/newest-page.ts'
import { queryText } from '../../shared/http/query.ts'
import { toRow } from './endpoint-view.ts'
import type { EndpointsContext } from './endpoints-context.ts'

/** A page of the endpoints that the caller may see, newest first, with the cursor of the next one or null. */
export async function listEndpoints(
  context: EndpointsContext,
  caller: Account,
  request: ApiRequest,
): Promise<JsonObject> {
  const id = queryText(request, 'endpointDeploymentJobId')
  await checkUser(context, queryText(request, 'username'))
  const { page, cursor } = await readNewestPage(request, {
    table: context.endpointsTable,
    list: 'endpoints',
    fromItem: (item: EndpointRecord) => item,
    isShown: (record) => isShown(record, caller, id),
  })
  return { endpoints: page.map(toRow), last_evaluated_key: cursor }
}

/** The contract forgets endpoints that are deleted; their records stay for those who look at the table. */
function isShown(record: EndpointRecord, caller: Account, id: string | undefined): boolean {
  if (record.status === 'Deleted' || (id !== undefined && record.id !== id)) return false
  return holdsAny(caller, ['sagemaker_endpoint:all']) || maySee(caller, record.roles)
}

async function checkUser({ accountsTable }: EndpointsContext, username: string | undefined): Promise<void> {
  if (username === undefined) return
  const account = username.length <= 256 ? await findAccount(accountsTable, username) : undefined
  if (!account) throw new InvalidRequestError(`user: "${username.slice(0, 256)}" not exist`)
}
