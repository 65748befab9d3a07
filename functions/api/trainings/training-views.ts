import type { JsonObject } from '../../shared/http/json-body.ts'
import { currentJob } from '../../shared/trainings/latest-job-state.ts'
import { outputPrefix, TYPE_OF_METHOD, trainingPrefix } from '../../shared/trainings/training-keys.ts'
import type { JobState, TrainingRecord } from '../../shared/trainings/training-record.ts'
import type { TrainingsContext } from './trainings-context.ts'

/** What a job's program has said last. */
export interface JobLog {
  lines: string[]
  step?: number
  steps?: number
  loss?: number
}

/** A row of `GET /trainings`: the contract's attributes, and ours after them. */
export function toRow(context: TrainingsContext, record: TrainingRecord): JsonObject {
  return {
    id: record.id,
    modelName: record.name,
    status: contractStatus(record),
    trainType: TYPE_OF_METHOD[record.request.method],
    created: numberText(record.createdAt),
    sagemakerTrainName: record.jobName ?? '',
    params: contractParams(record),
    ...ownFields(context, record),
  }
}

/** The answer of `POST /trainings`. The contract's clients hear that it trains from the first moment on. */
export function toCreated(context: TrainingsContext, record: TrainingRecord): JsonObject {
  const { id, checkpointId, request } = record
  const at = (key: string): string => `s3://${context.bucket}/${key}`
  return {
    ...ownFields(context, record),
    id,
    status: 'Training',
    created: numberText(record.createdAt),
    params: contractParams(record),
    input_location: at(`${trainingPrefix(id)}input`),
    ...(checkpointId === ''
      ? {}
      : { output_location: at(outputPrefix(request.method, checkpointId)).replace(/\/$/, '') }),
    ignored: request.ignored ?? [],
  }
}

/** The answer of `GET /trainings/{id}`. `status` is ours, since the contract has `job_status`. */
export function toDetail(
  context: TrainingsContext,
  record: TrainingRecord,
  { job, log }: { job: JobState | undefined; log: JobLog },
): JsonObject {
  const { metadata, ...parameters } = record.plan?.config ?? {}
  return {
    id: record.id,
    checkpoint_id: record.checkpointId,
    job_status: contractStatus({ ...record, ...(job ? { job } : {}) }),
    model_id: 'kohya',
    params: contractParams(record),
    timestamp: numberText(record.createdAt),
    train_type: TYPE_OF_METHOD[record.request.method],
    ...ownFields(context, record),
    status: record.status,
    sagemakerTrainName: record.jobName ?? '',
    ignored: record.request.ignored ?? [],
    ...(record.plan ? { plan: { ...record.plan, config: parameters } } : {}),
    progress: progressOf(record, job, log),
    log: log.lines,
  }
}

function ownFields({ apiUrl }: TrainingsContext, record: TrainingRecord): JsonObject {
  const { request } = record
  return {
    name: record.name,
    state: record.status,
    base: request.base,
    dataset: request.dataset,
    method: request.method,
    requestedBy: record.requestedBy,
    createdAt: record.createdAt,
    startedAt: record.startedAt,
    ...(record.endedAt === undefined ? {} : { endedAt: record.endedAt }),
    ...(record.result === undefined ? {} : { result: record.result }),
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    links: {
      self: `${apiUrl.replace(/\/$/, '')}/trainings/${encodeURIComponent(record.id)}`,
      execution: record.executionArn,
    },
  }
}

/** What the log says is newer than what SageMaker has read from it. */
function progressOf(record: TrainingRecord, job: JobState | undefined, log: JobLog): JsonObject {
  const step = log.step ?? job?.step
  const steps = log.steps ?? job?.steps ?? record.plan?.config.steps
  const loss = log.loss ?? job?.loss
  const instanceType = job?.instanceType ?? record.instanceType
  return {
    ...(step === undefined ? {} : { step }),
    ...(steps === undefined ? {} : { steps }),
    ...(loss === undefined ? {} : { loss }),
    ...(job ? { secondaryStatus: job.secondaryStatus, transitions: job.transitions } : {}),
    ...(record.attempt === undefined ? {} : { attempt: record.attempt }),
    ...(instanceType === undefined ? {} : { instanceType }),
    ...(job?.billableSeconds === undefined ? {} : { billableSeconds: job.billableSeconds }),
  }
}

const CONTRACT_WORDS: Readonly<Record<TrainingRecord['status'], (record: TrainingRecord) => string>> = {
  Preparing: () => 'Initial',
  Training: (training) => currentJob(training)?.secondaryStatus || 'Training',
  Succeeded: () => 'Completed',
  // The contract tells a job that has put out nothing from one that has failed.
  Failed: ({ reason }) => (reason?.error === 'NoUsableOutput' ? 'Fail' : 'Failed'),
  TimedOut: () => 'Failed',
  Stopped: () => 'Stopped',
}

function contractStatus(record: TrainingRecord): string {
  return CONTRACT_WORDS[record.status](record)
}

/** One row without these fields breaks the page of the WebUI. */
function contractParams({ request, plan, instanceType }: TrainingRecord): JsonObject {
  if (request.params) return request.params
  const family = plan?.family ?? request.expectedFamily
  const steps = plan?.config.steps ?? request.steps
  return {
    training_params: {
      training_instance_type: instanceType ?? request.instanceTypes?.[0] ?? '',
      model: request.base,
      dataset: request.dataset,
      fm_type: family === 'sdxl' ? 'sd_xl' : 'sd_1_5',
    },
    config_params: {
      saving_arguments: { output_name: request.name },
      training_arguments: steps === undefined ? {} : { max_train_steps: String(steps) },
    },
  }
}

/** Seconds since the epoch as the contract shows numbers. */
function numberText(iso: string): string {
  return String(Date.parse(iso) / 1000)
}
