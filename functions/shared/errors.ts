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

function listOffenders(offenders: readonly string[]): string {
  if (offenders.length === 0) return ''
  const more = offenders.length - LISTED_OFFENDERS
  const listed = offenders.slice(0, LISTED_OFFENDERS).join(', ')
  return more > 0 ? `: ${listed} and ${more} more` : `: ${listed}`
}
