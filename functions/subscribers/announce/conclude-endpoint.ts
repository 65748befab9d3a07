import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import type { EndpointRecord } from '../../shared/endpoints/endpoint-record.ts'
import type { EndpointRequest } from '../../shared/endpoints/endpoint-request.ts'
import { readEndpoint } from '../../shared/endpoints/read-endpoint.ts'
import type { ExecutionEnding } from './execution-ending.ts'
import { keepConcluding } from './keep-concluding.ts'
import { writeEnding } from './write-ending.ts'

/** An ended deployment with what its execution tells, which its record may not. */
export interface EndedDeployment {
  record: EndpointRecord
  ending: ExecutionEnding
}

/**
 * The endpoint of an ended deployment; `Failed` when that did not succeed. Undefined when somebody has meanwhile asked to
 * delete the endpoint: the deletion is announced then.
 */
export function concludeEndpoint(table: string, ending: ExecutionEnding): Promise<EndedDeployment | undefined> {
  return keepConcluding(async () => {
    const record = await readEndpoint(table, ending.id)
    if (record && isSettled(record, ending)) return isTold(record, ending) ? { record, ending } : undefined
    if (!record && ending.outcome === 'Succeeded') return undefined
    return { record: record ? await endRecord(table, record, ending) : await putRecord(table, ending), ending }
  })
}

function isSettled({ status, executionArn }: EndpointRecord, ending: ExecutionEnding): boolean {
  const isOver = status === 'Failed' || status === 'Deleting' || status === 'Deleted'
  return executionArn !== ending.executionArn || ending.outcome === 'Succeeded' || isOver
}

function isTold({ status, executionArn }: EndpointRecord, ending: ExecutionEnding): boolean {
  if (executionArn !== ending.executionArn) return false
  return ending.outcome === 'Succeeded' || status === 'Failed'
}

async function endRecord(table: string, record: EndpointRecord, ending: ExecutionEnding): Promise<EndpointRecord> {
  const reason = ending.reason ?? { error: 'Unknown', cause: '' }
  const { endedAt } = ending
  await writeEnding(table, record, { outcome: 'Failed', endedAt, reason, remove: 'taskToken' })
  const { taskToken, ...rest } = record
  return { ...rest, status: 'Failed', updatedAt: endedAt, endedAt, reason }
}

/** A deployment that died before its first state has made nothing, and still is told of. */
async function putRecord(table: string, ending: ExecutionEnding): Promise<EndpointRecord> {
  const { id, executionArn, startedAt, endedAt, reason } = ending
  const { container, scaleInCooldown, maxConcurrency, ...asked } = (ending.input.request ??
    {}) as unknown as EndpointRequest
  const record: EndpointRecord = {
    ...asked,
    id,
    list: 'endpoints',
    createdAt: startedAt,
    updatedAt: endedAt,
    startedAt,
    endedAt,
    goneAt: endedAt,
    status: 'Failed',
    imageUri: container?.Image ?? '',
    createdBy: ending.input.requestedBy ?? '',
    executionArn,
    ...(reason ? { reason } : {}),
  }
  const put = new PutCommand({ TableName: table, Item: record, ConditionExpression: 'attribute_not_exists(id)' })
  await withTransientErrors(() => dynamodb.send(put))
  return record
}
