/** A job cannot go on; the message is what `FailureReason` says. */
export class TrainingFailure extends Error {
  override readonly name = 'TrainingFailure'
}

const LONGEST_REASON = 1_024

/** AWS's words for a program that ended with this exit code; `written` is what it left in `output/failure`. */
export function programFailure(exitCode: number, written: string): TrainingFailure {
  // 137: killed, as a container is that takes more memory than there is.
  const said =
    exitCode === 137 && written === ''
      ? 'ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an instance.'
      : `AlgorithmError: ${written}`
  const end = `, exit code: ${exitCode}`
  // Without the half of a character that a cut leaves.
  return new TrainingFailure(said.slice(0, LONGEST_REASON - end.length).replace(/\p{Cs}/gu, '') + end)
}

/** AWS's words for a channel that cannot be read. */
export function downloadFailure(uri: string, error: unknown): TrainingFailure {
  return new TrainingFailure(`ClientError: Data download failed:Failed to download data. ${uri} (${wordsOf(error)})`)
}

/** AWS's words for a model or checkpoint that cannot be written. */
export function uploadFailure(uri: string, error: unknown): TrainingFailure {
  return new TrainingFailure(`ClientError: Artifact upload failed:Error uploading to ${uri} (${wordsOf(error)})`)
}

/** AWS's words for instances of a type that there are none of. */
export const CAPACITY_REASON =
  'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.'

/** The same as a status message, while SageMaker still looks for one. */
export const CAPACITY_MESSAGE = 'Insufficient capacity error from EC2 while launching instances, retrying!'

/** AWS's words for its own mistakes. */
export const INTERNAL_REASON = 'InternalServerError: We encountered an internal error. Please try again.'

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
