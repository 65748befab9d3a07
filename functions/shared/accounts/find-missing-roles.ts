import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { dynamodb } from '../aws/dynamodb.ts'

/** Those of the roles that nobody has created. */
export async function findMissingRoles(table: string, roles: readonly string[]): Promise<string[]> {
  const found = await Promise.all(roles.map((role) => hasRole(table, role)))
  return roles.filter((_, index) => !found[index])
}

async function hasRole(table: string, role: string): Promise<boolean> {
  const get = new GetCommand({ TableName: table, Key: { id: `role/${role}` } })
  const { Item } = await withTransientErrors(() => dynamodb.send(get))
  return Item !== undefined
}
