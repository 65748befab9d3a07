import { type Account, maySee } from '../../shared/accounts/account.ts'
import { queryItems } from '../../shared/aws/query-items.ts'
import type { CheckpointRecord } from '../../shared/checkpoints/checkpoint-record.ts'
import type { EndpointRecord } from '../../shared/endpoints/endpoint-record.ts'
import { CheckpointNotFoundError } from '../../shared/errors.ts'
import type { ResolvedModels } from '../../shared/inferences/inference-record.ts'
import { modelOf } from '../../shared/inferences/resolve-models.ts'

/** The laptop's small model is no Stable Diffusion, and the other way round: its files are told by their name. */
const POCKET_NAME = /pocket/i

/** The newest active Stable Diffusion checkpoint that the caller may see and that the endpoint's container can load. */
export async function defaultModel(
  table: string,
  caller: Account,
  { backend }: Pick<EndpointRecord, 'backend'>,
): Promise<ResolvedModels> {
  for await (const record of activeModels(table)) {
    const isPocket = record.names.some((name) => POCKET_NAME.test(name))
    if (isPocket === (backend === 'pocket') && maySee(caller, record.allowedRolesOrUsers)) {
      return { [record.type]: [modelOf(record)] }
    }
  }
  throw new CheckpointNotFoundError(
    `There is no active checkpoint for a ${backend} endpoint: upload one, or name one in the query, ?model=…`,
  )
}

function activeModels(table: string): AsyncGenerator<CheckpointRecord> {
  return queryItems({
    TableName: table,
    IndexName: 'newest',
    ScanIndexForward: false,
    KeyConditionExpression: '#list = :list',
    FilterExpression: '#status = :active AND #type = :type',
    ExpressionAttributeNames: { '#list': 'list', '#status': 'status', '#type': 'type' },
    ExpressionAttributeValues: { ':list': 'checkpoints', ':active': 'Active', ':type': 'Stable-diffusion' },
  })
}
