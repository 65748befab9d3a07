import { queryItems } from '../../shared/aws/query-items.ts'
import { isoTime } from '../../shared/clock.ts'
import type { EndpointRecord } from '../../shared/endpoints/endpoint-record.ts'
import { changeEndpoint } from '../../shared/endpoints/write-endpoint.ts'
import type { EndpointsContext } from './endpoints-context.ts'

/** Takes failed endpoints of these names off the list. Nothing of them is left to delete, and their names may be others' by now. */
export async function forgetFailed(
  { endpointsTable, clock }: EndpointsContext,
  names: readonly string[],
): Promise<void> {
  for await (const record of failedOnes(endpointsTable)) {
    if (!names.includes(record.name) || record.goneAt === undefined) continue
    await changeEndpoint(endpointsTable, record, { status: 'Deleted', updatedAt: isoTime(clock.now()) })
  }
}

function failedOnes(table: string): AsyncGenerator<EndpointRecord> {
  return queryItems({
    TableName: table,
    IndexName: 'newest',
    KeyConditionExpression: '#list = :list',
    FilterExpression: '#status = :failed',
    ExpressionAttributeNames: { '#list': 'list', '#status': 'status' },
    ExpressionAttributeValues: { ':list': 'endpoints', ':failed': 'Failed' },
  })
}
