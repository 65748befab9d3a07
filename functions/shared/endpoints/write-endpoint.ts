import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { dynamodb } from '../aws/dynamodb.ts'
import { unlessRefused } from '../aws/unless-refused.ts'
import type { EndpointRecord } from './endpoint-record.ts'

/** Attributes to set, and to remove where the value is undefined. */
export type EndpointChange = { [Field in keyof EndpointRecord]?: EndpointRecord[Field] | undefined }

/** Puts the record of a new endpoint; true when it is this execution's, also from an earlier attempt. False once the execution has ended. */
export async function putEndpoint(table: string, record: EndpointRecord): Promise<boolean> {
  const put = new PutCommand({
    TableName: table,
    Item: record,
    ConditionExpression: 'attribute_not_exists(id) OR (executionArn = :execution AND #status = :status)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':execution': record.executionArn, ':status': record.status },
  })
  return unlessRefused(() => dynamodb.send(put))
}

/** Changes the record if it is as it was read: same status, same time of the last change. False when it is not any more. */
export async function changeEndpoint(table: string, seen: EndpointRecord, change: EndpointChange): Promise<boolean> {
  const { sets, removes, names, values } = expressionsOf(change)
  const update = new UpdateCommand({
    TableName: table,
    Key: { id: seen.id },
    ConditionExpression: '#status = :seenStatus AND #updatedAt = :seenUpdatedAt',
    UpdateExpression: [`SET ${sets.join(', ')}`, ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : [])].join(
      ' ',
    ),
    ExpressionAttributeNames: { ...names, '#status': 'status', '#updatedAt': 'updatedAt' },
    ExpressionAttributeValues: { ...values, ':seenStatus': seen.status, ':seenUpdatedAt': seen.updatedAt },
  })
  return unlessRefused(() => dynamodb.send(update))
}

function expressionsOf(change: EndpointChange) {
  const fields = Object.entries(change)
  const set = fields.filter(([, value]) => value !== undefined)
  return {
    sets: set.map(([field]) => `#${field} = :${field}`),
    removes: fields.filter(([, value]) => value === undefined).map(([field]) => `#${field}`),
    names: Object.fromEntries(fields.map(([field]) => [`#${field}`, field])),
    values: Object.fromEntries(set.map(([field, value]) => [`:${field}`, value])),
  }
}
