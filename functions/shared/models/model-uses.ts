import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { dynamodb } from '../aws/dynamodb.ts'
import { unlessRefused } from '../aws/unless-refused.ts'
import { type Clock, isoTime } from '../clock.ts'
import type { EndpointRecord } from '../endpoints/endpoint-record.ts'
import { readEndpoint } from '../endpoints/read-endpoint.ts'
import type { ModelRecord } from './model-record.ts'

/** Longer than it takes from the note of a use to the endpoint's record. */
const LONGEST_START_MS = 300_000

/** Notes that an endpoint is about to run the model; false when the model is not active any more. Repeatable. */
export async function noteUse(
  { modelsTable, clock }: { modelsTable: string; clock: Clock },
  modelId: string,
  endpointId: string,
): Promise<boolean> {
  const update = new UpdateCommand({
    TableName: modelsTable,
    Key: { id: modelId },
    ConditionExpression: '#status = :active',
    UpdateExpression: 'SET #uses.#endpoint = :now ADD useCount :one',
    ExpressionAttributeNames: { '#status': 'status', '#uses': 'uses', '#endpoint': endpointId },
    ExpressionAttributeValues: { ':active': 'Active', ':now': isoTime(clock.now()), ':one': 1 },
  })
  return unlessRefused(() => dynamodb.send(update))
}

/** The name of an endpoint that runs the model or is about to, or undefined. */
export async function findUser(
  { endpointsTable, clock }: { endpointsTable: string; clock: Clock },
  { uses }: Pick<ModelRecord, 'uses'>,
): Promise<string | undefined> {
  for (const [endpointId, since] of Object.entries(uses)) {
    const endpoint = await readEndpoint(endpointsTable, endpointId)
    const isStarting = !endpoint && clock.now() - Date.parse(since) < LONGEST_START_MS
    if (isStarting || (endpoint && isThere(endpoint))) return endpoint?.name ?? endpointId
  }
  return undefined
}

function isThere({ status, goneAt }: EndpointRecord): boolean {
  return status !== 'Deleted' && goneAt === undefined
}
