import { type Account, maySee } from '../../shared/accounts/account.ts'
import type { CheckpointRecord } from '../../shared/checkpoints/checkpoint-record.ts'
import { readCheckpoint } from '../../shared/checkpoints/read-checkpoint.ts'
import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { CheckpointNotFoundError } from '../../shared/errors.ts'
import type { ApiRequest, ApiResponse } from '../../shared/http/api-request.ts'
import { knownCallerOf } from '../../shared/http/caller.ts'
import { readJsonBody } from '../../shared/http/json-body.ts'
import { reply } from '../../shared/http/reply.ts'
import { serveRoutes } from '../../shared/http/serve-routes.ts'
import { toDetail } from './checkpoint-views.ts'
import type { CheckpointsContext } from './checkpoints-context.ts'
import { completeCheckpoint } from './complete-checkpoint.ts'
import { createCheckpoint } from './create-checkpoint.ts'
import { readCreateRequest } from './create-request.ts'
import { deleteCheckpoints } from './delete-checkpoints.ts'
import { listCheckpoints } from './list-checkpoints.ts'
import { renameCheckpoint } from './rename-checkpoint.ts'

const context: CheckpointsContext = {
  bucket: requireEnv('BUCKET'),
  checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
  mergesTable: requireEnv('MERGES_TABLE'),
  accountsTable: requireEnv('ACCOUNTS_TABLE'),
  clock: systemClock,
}

/** Lists, creates, completes, renames and deletes checkpoints. */
export const handler = serveRoutes({
  'GET /checkpoints': list,
  'POST /checkpoints': create,
  'PUT /checkpoints/{id}': update,
  'DELETE /checkpoints': remove,
})

async function list(request: ApiRequest): Promise<ApiResponse> {
  return reply(200, { data: await listCheckpoints(context, knownCallerOf(request), request) })
}

async function create(request: ApiRequest): Promise<ApiResponse> {
  const caller = knownCallerOf(request)
  const { record, urls } = await createCheckpoint(context, caller, readCreateRequest(readJsonBody(request)))
  return reply(201, { data: { checkpoint: toDetail(record), s3PresignUrl: urls } })
}

async function update(request: ApiRequest): Promise<ApiResponse> {
  const body = readJsonBody(request)
  const record = await recordNamed(request.pathParameters?.id ?? '')
  if (body.status !== undefined) {
    return reply(200, { data: { checkpoint: toDetail(await completeCheckpoint(context, record, body)) } })
  }
  if (body.name === undefined) return reply(200)
  refuseInvisible(knownCallerOf(request), record)
  const renamed = await renameCheckpoint(context, record, body.name)
  if (!renamed) return reply(200, { message: 'no need to update' })
  return reply(202, { data: { checkpoint: toDetail(renamed) }, message: `renamed to ${renamed.names[0]}` })
}

async function remove(request: ApiRequest): Promise<ApiResponse> {
  await deleteCheckpoints(context, knownCallerOf(request), readJsonBody(request))
  return reply(204, { message: 'checkpoints deleted' })
}

async function recordNamed(id: string): Promise<CheckpointRecord> {
  const record = id.length <= 256 ? await readCheckpoint(context.checkpointsTable, id) : undefined
  if (record) return record
  throw new CheckpointNotFoundError(`checkpoint not found with id ${id}`)
}

/** The API key alone completes uploads; renaming is a change to the library and needs a user who may make one. */
function refuseInvisible(caller: Account, record: CheckpointRecord): void {
  if (!maySee(caller, record.allowedRolesOrUsers)) {
    throw new CheckpointNotFoundError(`checkpoint not found with id ${record.id}`)
  }
}
