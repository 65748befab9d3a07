import { isTransientAwsError } from '../aws/classify-aws-error.ts'
import { PermanentError, TransientError } from '../errors.ts'
import { log } from '../log.ts'
import type { ApiResponse } from './api-request.ts'
import { reply } from './reply.ts'

/** The HTTP status of every failure a request can meet. A name that is missing here is our own fault: 500. */
const STATUS_OF_ERROR: Readonly<Record<string, number>> = {
  InvalidRequest: 400,
  InvalidSafetensors: 400,
  CheckpointNotActive: 400,
  Forbidden: 403,
  CheckpointNotFound: 404,
  MergeNotFound: 404,
  EndpointNotInService: 400,
  InferenceNotFound: 404,
  NameTaken: 409,
  CheckpointInUse: 409,
  EndpointNotFound: 404,
  DuplicateId: 409,
  EndpointBusy: 409,
  EndpointNameTaken: 409,
  RoleTaken: 409,
  DatasetNotFound: 404,
  DatasetNotEnabled: 400,
  DatasetIncomplete: 409,
  DatasetExists: 409,
  DatasetBusy: 409,
  DatasetInUse: 409,
  TrainingNotFound: 404,
  UntrainableBase: 400,
  PackagedModelNotFound: 404,
  PackagedModelNotActive: 409,
  ModelNameTaken: 409,
  ModelInUse: 409,
  InvalidModelPackage: 400,
}

/** Turns what a handler threw into the answer; only messages meant for the caller leave the house. */
export function errorReply(error: unknown, requestId: string): ApiResponse {
  if (error instanceof PermanentError && error.name in STATUS_OF_ERROR) {
    return reply(STATUS_OF_ERROR[error.name] as number, { message: error.message })
  }
  log.error('Request failed', { requestId, error })
  if (error instanceof TransientError || isTransientAwsError(error)) {
    return reply(503, { message: `The service is busy; try again in a moment (request ${requestId})` })
  }
  return reply(500, { message: `Something broke on our side; ask the operator to look up request ${requestId}` })
}
