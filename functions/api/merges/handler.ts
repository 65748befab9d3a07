import { requireEnv } from '../../shared/env.ts'
import { ForbiddenError, MergeNotFoundError } from '../../shared/errors.ts'
import type { ApiRequest, ApiResponse } from '../../shared/http/api-request.ts'
import { callerOf } from '../../shared/http/caller.ts'
import { reply } from '../../shared/http/reply.ts'
import { serveRoutes } from '../../shared/http/serve-routes.ts'
import { readMerge } from '../../shared/merges/read-merge.ts'
import { deleteMerge } from './delete-merge.ts'
import { findExecution } from './find-execution.ts'
import { listMerges } from './list-merges.ts'
import { mergeProgress } from './merge-progress.ts'
import { toView } from './merge-view.ts'
import type { MergesContext } from './merges-context.ts'

const context: MergesContext = {
  mergesTable: requireEnv('MERGES_TABLE'),
  machineArn: requireEnv('MERGE_MACHINE_ARN'),
  apiUrl: requireEnv('API_URL'),
}

/** An execution name has at most this many characters. */
const LONGEST_ID = 80

/** Lists, shows, stops and deletes merges. Starting one is the gateway's business. */
export const handler = serveRoutes({
  'GET /merges': async (request) => reply(200, { data: await listMerges(context, request) }),
  'GET /merges/{id}': show,
  'DELETE /merges/{id}': remove,
})

async function show(request: ApiRequest): Promise<ApiResponse> {
  const id = idOf(request)
  const record = await readMerge(context.mergesTable, id)
  const merge = record ?? (await findExecution(context, id))
  if (!merge) throw notFound(id)
  const progress = record && (await mergeProgress(record))
  return reply(200, { data: { ...toView(context, merge), ...(progress ? { progress } : {}) } })
}

async function remove(request: ApiRequest): Promise<ApiResponse> {
  const id = idOf(request)
  const caller = callerOf(request)
  if (!caller) throw new ForbiddenError('username is missing: name the user in the username header')
  const deletion = await deleteMerge(context, id, caller.username)
  if (deletion === 'unknown') throw notFound(id)
  if (deletion === 'deleted') return reply(204, { message: 'merge deleted' })
  return reply(202, { data: { id }, message: 'the merge is being stopped' })
}

function idOf(request: ApiRequest): string {
  const id = request.pathParameters?.id ?? ''
  if (id === '' || id.length > LONGEST_ID) throw notFound(id)
  return id
}

function notFound(id: string): MergeNotFoundError {
  return new MergeNotFoundError(`merge not found with id ${id.slice(0, LONGEST_ID)}`)
}
