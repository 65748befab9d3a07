import { readDeletion, readEndpoint } from './read-endpoint.ts'
import { releaseEndpoint } from './release-endpoint.ts'
import { SETTLE_SECONDS, startDeletion } from './start-deletion.ts'

export interface UnmakeContext {
  endpointsTable: string
  deleteMachineArn: string
}

/** An execution name has at most this many characters. */
const LONGEST_NAME = 80

/**
 * Has everything unmade that a deployment which did not succeed has left, by an execution of delete-endpoint. Returns
 * before that has ended; starts none when nothing is left, or somebody has asked to delete the endpoint. Repeatable.
 */
export async function unmakeEndpoint(
  { endpointsTable, deleteMachineArn }: UnmakeContext,
  { endpointId, requestedBy }: { endpointId: string; requestedBy: string },
): Promise<void> {
  const record = await readEndpoint(endpointsTable, endpointId)
  if (!record || record.status === 'Deleting' || record.status === 'Deleted') return
  if (record.goneAt !== undefined) return releaseEndpoint({ endpointsTable }, { endpointId })
  const { deletionId: replaces, name } = record
  const request = { endpointId, name, unmakes: true, settleSeconds: SETTLE_SECONDS, ...(replaces ? { replaces } : {}) }
  await startDeletion(deleteMachineArn, { id: `${endpointId}-unmake-again`, requestedBy, request })
}

/**
 * Has a deletion that was stopped, or took too long, done to its end: half an endpoint is no use to anybody. The name of
 * the execution grows each time, so this ends somewhere. Repeatable.
 */
export async function deleteOnceMore(
  { endpointsTable, deleteMachineArn }: UnmakeContext,
  deletionId: string,
): Promise<void> {
  const deletion = await readDeletion(endpointsTable, deletionId)
  const id = `${deletionId}-again`
  if (!deletion || id.length > LONGEST_NAME) return
  const { endpointId, name, requestedBy, why, unmakes } = deletion
  await startDeletion(deleteMachineArn, {
    id,
    requestedBy,
    request: {
      endpointId,
      name,
      replaces: deletionId,
      settleSeconds: SETTLE_SECONDS,
      ...(why === undefined ? {} : { why }),
      ...(unmakes ? { unmakes } : {}),
    },
  })
}
