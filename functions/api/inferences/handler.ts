import { PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { maySee } from '../../shared/accounts/account.ts'
import { s3 } from '../../shared/aws/s3.ts'
import { systemClock } from '../../shared/clock.ts'
import { InferenceNotFoundError } from '../../shared/errors.ts'
import type { ApiRequest, ApiResponse } from '../../shared/http/api-request.ts'
import { knownCallerOf } from '../../shared/http/caller.ts'
import { readJsonBody } from '../../shared/http/json-body.ts'
import { reply } from '../../shared/http/reply.ts'
import { serveRoutes } from '../../shared/http/serve-routes.ts'
import { createInference } from '../../shared/inferences/create-inference.ts'
import type { InferenceRecord } from '../../shared/inferences/inference-record.ts'
import { readInferencesContext } from '../../shared/inferences/inferences-context.ts'
import { readInference } from '../../shared/inferences/read-inference.ts'
import { startInference } from '../../shared/inferences/start-inference.ts'
import { readCreateRequest } from './create-request.ts'
import { deleteInferences } from './delete-inferences.ts'
import { toCreated, toDetail, toStarted } from './inference-views.ts'
import { listInferences } from './list-inferences.ts'

const context = readInferencesContext(systemClock)

/** The longest that an upload URL lives. */
const UPLOAD_SECONDS = 3600
const LONGEST_ID = 80

/** Makes, starts, shows, lists and deletes inferences. */
export const handler = serveRoutes({
  'GET /inferences': list,
  'POST /inferences': create,
  'DELETE /inferences': remove,
  'GET /inferences/{id}': show,
  'PUT /inferences/{id}/start': start,
})

async function list(request: ApiRequest): Promise<ApiResponse> {
  return reply(200, { data: await listInferences(context, knownCallerOf(request), request) })
}

async function create(request: ApiRequest): Promise<ApiResponse> {
  const order = readCreateRequest(readJsonBody(request))
  const record = await createInference(context, knownCallerOf(request), order)
  if (order.payloadString !== undefined) return started(record)
  return reply(201, { data: { inference: toCreated(context, record, await uploadUrl(record)) } })
}

async function remove(request: ApiRequest): Promise<ApiResponse> {
  await deleteInferences(context, knownCallerOf(request), readJsonBody(request))
  return reply(204, { message: 'inferences deleted' })
}

async function show(request: ApiRequest): Promise<ApiResponse> {
  return reply(200, { data: await toDetail(context, await recordOf(request)) })
}

async function start(request: ApiRequest): Promise<ApiResponse> {
  const caller = knownCallerOf(request)
  const record = await recordOf(request)
  if (!maySee(caller, record.ownerRolesOrUsers)) throw notFound(record.id)
  return started(record)
}

async function started(record: InferenceRecord): Promise<ApiResponse> {
  return reply(202, { data: toStarted(context, await startInference(context, record)) })
}

async function recordOf(request: ApiRequest): Promise<InferenceRecord> {
  const id = request.pathParameters?.id ?? ''
  const record = id.length <= LONGEST_ID ? await readInference(context.inferencesTable, id) : undefined
  if (record) return record
  throw notFound(id.slice(0, LONGEST_ID))
}

function notFound(id: string): InferenceNotFoundError {
  return new InferenceNotFoundError(`inference with id ${id} not found`)
}

/** Only the host is signed: the WebUI sends no content type, others send one. */
function uploadUrl({ inputKey }: InferenceRecord): Promise<string> {
  const put = new PutObjectCommand({ Bucket: context.bucket, Key: inputKey })
  return getSignedUrl(s3, put, { expiresIn: UPLOAD_SECONDS })
}
