import { maySee } from '../../shared/accounts/account.ts'
import { systemClock } from '../../shared/clock.ts'
import type { DatasetRecord } from '../../shared/datasets/dataset-record.ts'
import { readDataset } from '../../shared/datasets/read-dataset.ts'
import { requireEnv } from '../../shared/env.ts'
import { DatasetNotFoundError, ForbiddenError } from '../../shared/errors.ts'
import type { ApiRequest, ApiResponse } from '../../shared/http/api-request.ts'
import { knownCallerOf } from '../../shared/http/caller.ts'
import { readJsonBody } from '../../shared/http/json-body.ts'
import { reply } from '../../shared/http/reply.ts'
import { serveRoutes } from '../../shared/http/serve-routes.ts'
import { createDataset } from './create-dataset.ts'
import { readCreateRequest } from './create-request.ts'
import type { DatasetsContext } from './datasets-context.ts'
import { deleteDatasets } from './delete-datasets.ts'
import { listDatasets } from './list-datasets.ts'
import { showDataset } from './show-dataset.ts'
import { updateDataset } from './update-dataset.ts'

const context: DatasetsContext = {
  bucket: requireEnv('BUCKET'),
  datasetsTable: requireEnv('DATASETS_TABLE'),
  itemsTable: requireEnv('DATASET_ITEMS_TABLE'),
  trainingsTable: requireEnv('TRAININGS_TABLE'),
  clock: systemClock,
}

const LONGEST_NAME = 256

/** Creates, shows, enables, lists and deletes datasets. */
export const handler = serveRoutes({
  'GET /datasets': list,
  'POST /datasets': create,
  'DELETE /datasets': remove,
  'GET /datasets/{id}': show,
  'PUT /datasets/{id}': update,
})

async function list(request: ApiRequest): Promise<ApiResponse> {
  return reply(200, { data: await listDatasets(context, knownCallerOf(request), request) })
}

async function create(request: ApiRequest): Promise<ApiResponse> {
  const order = readCreateRequest(readJsonBody(request))
  const { record, urls } = await createDataset(context, knownCallerOf(request), order)
  return reply(201, { data: { datasetName: record.id, s3PresignUrl: urls } })
}

async function remove(request: ApiRequest): Promise<ApiResponse> {
  await deleteDatasets(context, knownCallerOf(request), readJsonBody(request))
  return reply(204, { message: 'datasets deleted' })
}

async function show(request: ApiRequest): Promise<ApiResponse> {
  return reply(200, { data: await showDataset(context, await visibleRecord(request), request) })
}

async function update(request: ApiRequest): Promise<ApiResponse> {
  const record = await visibleRecord(request)
  const { id, status } = await updateDataset(context, record, readJsonBody(request))
  return reply(200, { data: { datasetName: id, status } })
}

/** Says of a dataset that is not the caller's that it is there, as the contract does. */
async function visibleRecord(request: ApiRequest): Promise<DatasetRecord> {
  const caller = knownCallerOf(request)
  const name = request.pathParameters?.id ?? ''
  const record = name.length <= LONGEST_NAME ? await readDataset(context.datasetsTable, name) : undefined
  if (!record) throw new DatasetNotFoundError(`dataset ${name.slice(0, LONGEST_NAME)} is not found`)
  if (maySee(caller, record.allowedRolesOrUsers)) return record
  throw new ForbiddenError('no permission to view dataset')
}
