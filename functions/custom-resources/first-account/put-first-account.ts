import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { RoleItem, UserItem } from '../../shared/accounts/account.ts'
import { isConditionFailure } from '../../shared/aws/classify-aws-error.ts'
import { dynamodb } from '../../shared/aws/dynamodb.ts'

const FIRST_ROLE = 'IT Operator'

/** Everything there is to be allowed: the contract's six, and merging. */
const EVERY_PERMISSION = [
  'role:all',
  'user:all',
  'sagemaker_endpoint:all',
  'inference:all',
  'checkpoint:all',
  'train:all',
  'merge:all',
]

/** The items of the first role and of the first user, who holds it. */
export function firstAccountItems(username: string, createdAt: string): [RoleItem, UserItem] {
  return [
    { id: `role/${FIRST_ROLE}`, kind: 'role', permissions: EVERY_PERMISSION, createdAt },
    { id: `user/${username}`, kind: 'user', roles: [FIRST_ROLE], createdAt },
  ]
}

/** Puts each item that is not there yet; what the operator changed since stays as it is. Rejects when `signal` aborts. */
export async function putMissingItems(
  table: string,
  items: readonly (RoleItem | UserItem)[],
  signal: AbortSignal,
): Promise<void> {
  for (const item of items) {
    const put = new PutCommand({ TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(id)' })
    await dynamodb.send(put, { abortSignal: signal }).catch(unlessThere)
  }
}

function unlessThere(error: unknown): void {
  if (!isConditionFailure(error)) throw error
}
