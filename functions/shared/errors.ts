/**
 * The published vocabulary of failures; docs/errors.md tells what each name means and who does what.
 * State machines match on `name`, so it is a literal: a bundler may rename the class.
 */

/** A failure that the same input meets again: never retried. */
export abstract class PermanentError extends Error {
  abstract override readonly name: string
}

/** A failure of the world around us (throttling, time-outs, 5xx): the same call may well succeed a little later. */
export class TransientError extends Error {
  override readonly name = 'TransientError'
}

/** The request cannot be done as written; the message names the field and the fix. */
export class InvalidRequestError extends PermanentError {
  override readonly name = 'InvalidRequest'
}

/** The caller may not do this. */
export class ForbiddenError extends PermanentError {
  override readonly name = 'Forbidden'
}

/** No checkpoint has this id or file name. */
export class CheckpointNotFoundError extends PermanentError {
  override readonly name = 'CheckpointNotFound'
}

/** The checkpoint is there but its upload is not complete, or it is disabled. */
export class CheckpointNotActiveError extends PermanentError {
  override readonly name = 'CheckpointNotActive'
}

/** The checkpoint is being read by a running merge. */
export class CheckpointInUseError extends PermanentError {
  override readonly name = 'CheckpointInUse'
}

/** No merge has this id. */
export class MergeNotFoundError extends PermanentError {
  override readonly name = 'MergeNotFound'
}

/** The file is not a valid safetensors file; the message says where it breaks the format. */
export class InvalidSafetensorsError extends PermanentError {
  override readonly name = 'InvalidSafetensors'
}

const LISTED_OFFENDERS = 20

/** The inputs do not fit together. The message lists the first 20 offending tensors and counts the rest. */
export class IncompatibleCheckpointsError extends PermanentError {
  override readonly name = 'IncompatibleCheckpoints'
  readonly offenders: readonly string[]

  constructor(summary: string, offenders: readonly string[] = [], options?: ErrorOptions) {
    super(summary + listOffenders(offenders), options)
    this.offenders = offenders
  }
}

/** Another checkpoint has this file name. */
export class NameTakenError extends PermanentError {
  override readonly name = 'NameTaken'
}

/** An input was replaced between planning and merging: its ETag is not the planned one. */
export class InputChangedError extends PermanentError {
  override readonly name = 'InputChanged'
}

/** The stored plan is not the one this execution made. */
export class PlanMismatchError extends PermanentError {
  override readonly name = 'PlanMismatch'
}

/** The stored output is not what the parts add up to. */
export class VerificationFailedError extends PermanentError {
  override readonly name = 'VerificationFailed'
}

/** The endpoint cannot take requests: it is being made or deleted, or has failed. */
export class EndpointNotInServiceError extends PermanentError {
  override readonly name = 'EndpointNotInService'
}

/** No inference has this id, or the caller may not see it. */
export class InferenceNotFoundError extends PermanentError {
  override readonly name = 'InferenceNotFound'
}

/** The endpoint's container could not make the image; the message is its own. */
export class InferenceFailedError extends PermanentError {
  override readonly name = 'InferenceFailed'
}

/** No result came within the time that an inference may take. */
export class InferenceTimedOutError extends PermanentError {
  override readonly name = 'InferenceTimedOut'
}

/** The endpoint said that it was done, but the object with its reply is not there. */
export class OutputMissingError extends PermanentError {
  override readonly name = 'OutputMissing'
}

/** The endpoint's reply is not what its backend answers with, or has no image in it. */
export class UnreadableReplyError extends PermanentError {
  override readonly name = 'UnreadableReply'
}

/** The container did not find a model of the request under its exact name. */
export class ModelNotFoundError extends PermanentError {
  override readonly name = 'ModelNotFound'
}

/** The container refuses a parameter; the message names it. */
export class InvalidPayloadError extends PermanentError {
  override readonly name = 'InvalidPayload'
}

/** The container or the backend cannot do this task, or not with these parameters. */
export class UnsupportedTaskError extends PermanentError {
  override readonly name = 'UnsupportedTask'
}

/** The endpoint's accelerator has too little memory for the request. */
export class OutOfMemoryError extends PermanentError {
  override readonly name = 'OutOfMemory'
}

/** Another execution has recorded this id. */
export class DuplicateIdError extends PermanentError {
  override readonly name = 'DuplicateId'
}

/** No endpoint has this name. */
export class EndpointNotFoundError extends PermanentError {
  override readonly name = 'EndpointNotFound'
}

/** The endpoint is being created, changed or deleted: what is asked has to wait. */
export class EndpointBusyError extends PermanentError {
  override readonly name = 'EndpointBusy'
}

/** Another endpoint has this name. */
export class EndpointNameTakenError extends PermanentError {
  override readonly name = 'EndpointNameTaken'
}

/** No dataset has this name. */
export class DatasetNotFoundError extends PermanentError {
  override readonly name = 'DatasetNotFound'
}

/** The dataset is there but nobody has enabled it, or it is disabled. */
export class DatasetNotEnabledError extends PermanentError {
  override readonly name = 'DatasetNotEnabled'
}

/** Files of the dataset were not uploaded, or none of them is an image. */
export class DatasetIncompleteError extends PermanentError {
  override readonly name = 'DatasetIncomplete'
}

/** The name is taken by a dataset to which no files can be added. */
export class DatasetExistsError extends PermanentError {
  override readonly name = 'DatasetExists'
}

/** Files are being added to the dataset, or it was changed meanwhile: what is asked has to wait. */
export class DatasetBusyError extends PermanentError {
  override readonly name = 'DatasetBusy'
}

/** The dataset is being used by a running training. */
export class DatasetInUseError extends PermanentError {
  override readonly name = 'DatasetInUse'
}

/** No training has this id, or the caller may not see it. */
export class TrainingNotFoundError extends PermanentError {
  override readonly name = 'TrainingNotFound'
}

/** The base model is of an architecture that cannot be trained here. */
export class UntrainableBaseError extends PermanentError {
  override readonly name = 'UntrainableBase'
}

/** The training job did not complete; the message has SageMaker's reason. */
export class TrainingFailedError extends PermanentError {
  override readonly name = 'TrainingFailed'
}

/** The training job completed, but nothing that came out is a valid model. The message says of each file why. */
export class NoUsableOutputError extends PermanentError {
  override readonly name = 'NoUsableOutput'
}

/** The role has an endpoint already. */
export class RoleTakenError extends PermanentError {
  override readonly name = 'RoleTaken'
}

/** No packaged model has this id or name, or the caller may not see it. */
export class PackagedModelNotFoundError extends PermanentError {
  override readonly name = 'PackagedModelNotFound'
}

/** The packaged model is still being made, being deleted, or has failed. */
export class PackagedModelNotActiveError extends PermanentError {
  override readonly name = 'PackagedModelNotActive'
}

/** Another packaged model has this name. */
export class ModelNameTakenError extends PermanentError {
  override readonly name = 'ModelNameTaken'
}

/** An endpoint runs the packaged model that is to be deleted. */
export class ModelInUseError extends PermanentError {
  override readonly name = 'ModelInUse'
}

/** The folder or the tarball is not laid out as containers read it; the message says what is where it should not be. */
export class InvalidModelPackageError extends PermanentError {
  override readonly name = 'InvalidModelPackage'
}

function listOffenders(offenders: readonly string[]): string {
  if (offenders.length === 0) return ''
  const more = offenders.length - LISTED_OFFENDERS
  const listed = offenders.slice(0, LISTED_OFFENDERS).join(', ')
  return more > 0 ? `: ${listed} and ${more} more` : `: ${listed}`
}
