import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import type { ApiRequest, ApiResponse } from '../../shared/http/api-request.ts'
import { knownCallerOf } from '../../shared/http/caller.ts'
import { readJsonBody } from '../../shared/http/json-body.ts'
import { reply } from '../../shared/http/reply.ts'
import { serveRoutes } from '../../shared/http/serve-routes.ts'
import { latestJobState } from '../../shared/trainings/latest-job-state.ts'
import { isFinal, type TrainingRecord } from '../../shared/trainings/training-record.ts'
import { createTraining } from './create-training.ts'
import { deleteTrainings } from './delete-trainings.ts'
import { findTraining } from './find-training.ts'
import { listTrainings } from './list-trainings.ts'
import { readJobLog } from './read-job-log.ts'
import { stopTraining } from './stop-training.ts'
import { toCreated, toDetail, toRow } from './training-views.ts'
import type { TrainingsContext } from './trainings-context.ts'

const context: TrainingsContext = {
  bucket: requireEnv('BUCKET'),
  trainingsTable: requireEnv('TRAININGS_TABLE'),
  checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
  datasetsTable: requireEnv('DATASETS_TABLE'),
  machineArn: requireEnv('TRAIN_MACHINE_ARN'),
  namePrefix: requireEnv('NAME_PREFIX'),
  apiUrl: requireEnv('API_URL'),
  clock: systemClock,
}

/** Starts, shows, lists, stops and deletes trainings. */
export const handler = serveRoutes({
  'GET /trainings': async (request) =>
    reply(200, { data: await listTrainings(context, knownCallerOf(request), request) }),
  'POST /trainings': async (request) =>
    reply(201, { data: toCreated(context, await createTraining(context, knownCallerOf(request), request)) }),
  'DELETE /trainings': async (request) => {
    await deleteTrainings(context, knownCallerOf(request), readJsonBody(request))
    return reply(204, { message: 'training jobs deleted' })
  },
  'GET /trainings/{id}': async (request) => reply(200, { data: await show(await trainingOf(request)) }),
  'PUT /trainings/{id}/stop': stop,
})

async function show(training: TrainingRecord) {
  const [job, log] = await Promise.all([latestJobState(training), readJobLog(training.jobName)])
  return toDetail(context, training, { job, log })
}

async function stop(request: ApiRequest): Promise<ApiResponse> {
  const training = await trainingOf(request)
  const data = toRow(context, training)
  if (isFinal(training.status)) return reply(200, { data, message: `the training has ended: ${training.status}` })
  await stopTraining(context, training, `Stopped by ${knownCallerOf(request).username}`)
  return reply(202, { data, message: 'the training is being stopped' })
}

function trainingOf(request: ApiRequest): Promise<TrainingRecord> {
  return findTraining(context, knownCallerOf(request), request.pathParameters?.id ?? '')
}
