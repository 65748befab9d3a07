import type { Clock } from '../../shared/clock.ts'
import { readEndpoint } from '../../shared/endpoints/read-endpoint.ts'
import { EndpointNotInServiceError, InferenceNotFoundError, InferenceTimedOutError } from '../../shared/errors.ts'
import { namedFailure } from '../../shared/inferences/backends/container-error.ts'
import { parseLocation } from '../../shared/inferences/inference-keys.ts'
import { type InferenceRecord, isEnded } from '../../shared/inferences/inference-record.ts'
import { readFailure } from '../../shared/inferences/read-failure.ts'
import { readInference } from '../../shared/inferences/read-inference.ts'
import { isObjectThere } from '../../shared/objects/is-object-there.ts'

/** Where the records are. */
export interface LookForOutputContext {
  endpointsTable: string
  inferencesTable: string
  clock: Clock
}

/** `found: false` means that waiting on is worth while. */
export type Finding = { found: true; outputLocation: string } | { found: false }

/** How long an inference may wait for its turn and its images together. */
const PATIENCE_MS = 3 * 3600 * 1000

/**
 * What became of a request about which no notification came: its output, its failure, or still nothing. Gives up with
 * the endpoint, and after three hours.
 */
export async function lookForOutput(context: LookForOutputContext, id: string): Promise<Finding> {
  const record = await readInference(context.inferencesTable, id)
  if (!record || isEnded(record.status)) {
    throw new InferenceNotFoundError(`inference with id ${id} was deleted or has ended`)
  }
  const output = await outputOf(record)
  if (output !== undefined) return { found: true, outputLocation: output }
  await throwFailure(context, record)
  return { found: false }
}

async function outputOf({ notice, outputLocation }: InferenceRecord): Promise<string | undefined> {
  if (notice?.outcome === 'Completed' && notice.location !== undefined) return notice.location
  const address = outputLocation === undefined ? undefined : parseLocation(outputLocation)
  return address && (await isObjectThere(address)) ? outputLocation : undefined
}

async function throwFailure(context: LookForOutputContext, record: InferenceRecord): Promise<void> {
  const { notice, failureLocation, endpointId, endpointName } = record
  if (notice?.outcome === 'Failed') throw namedFailure(notice.error ?? '', notice.cause ?? '')
  const failure = await readFailure(failureLocation)
  if (failure) throw failure
  const endpoint = await readEndpoint(context.endpointsTable, endpointId)
  if (!endpoint || endpoint.status === 'Deleted' || endpoint.status === 'Failed') {
    throw new EndpointNotInServiceError(`The endpoint ${endpointName} was deleted while the request waited for it`)
  }
  const waited = context.clock.now() - Date.parse(record.startedAt ?? record.createdAt)
  if (waited <= PATIENCE_MS) return
  throw new InferenceTimedOutError(`The endpoint ${endpointName} gave no result within three hours`)
}
