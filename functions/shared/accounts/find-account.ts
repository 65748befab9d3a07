import { BatchGetCommand, GetCommand } from '@aws-sdk/lib-dynamodb'
import { dynamodb } from '../aws/dynamodb.ts'
import { TransientError } from '../errors.ts'
import type { Account, RoleItem, UserItem } from './account.ts'

const LARGEST_BATCH = 100
const READ_ATTEMPTS = 4

/** The account of a user, or undefined when there is no such user. Roles that no longer exist grant nothing. */
export async function findAccount(table: string, username: string): Promise<Account | undefined> {
  if (username === '') return undefined
  const { Item } = await dynamodb.send(new GetCommand({ TableName: table, Key: { id: `user/${username}` } }))
  if (Item === undefined) return undefined
  const roles = [...new Set((Item as UserItem).roles ?? [])]
  const items = await readRoles(table, roles)
  return { username, roles, permissions: [...new Set(items.flatMap((role) => role.permissions ?? []))] }
}

async function readRoles(table: string, names: readonly string[]): Promise<RoleItem[]> {
  const found: RoleItem[] = []
  for (let start = 0; start < names.length; start += LARGEST_BATCH) {
    const ids = names.slice(start, start + LARGEST_BATCH).map((name) => ({ id: `role/${name}` }))
    found.push(...(await readBatch(table, ids)))
  }
  return found
}

/** DynamoDB may leave keys of a batch unread; they are asked for again, and a rest is a failure, never "no permission". */
async function readBatch(table: string, keys: { id: string }[]): Promise<RoleItem[]> {
  const found: RoleItem[] = []
  let unread: Record<string, unknown>[] = keys
  for (let attempt = 0; attempt < READ_ATTEMPTS && unread.length > 0; attempt++) {
    const answer = await dynamodb.send(new BatchGetCommand({ RequestItems: { [table]: { Keys: unread } } }))
    found.push(...((answer.Responses?.[table] ?? []) as RoleItem[]))
    unread = answer.UnprocessedKeys?.[table]?.Keys ?? []
  }
  if (unread.length > 0) throw new TransientError(`The roles of the user could not be read from ${table}`)
  return found
}
