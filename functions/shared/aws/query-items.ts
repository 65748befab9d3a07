import { QueryCommand, type QueryCommandInput, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb'
import { withTransientErrors } from './classify-aws-error.ts'
import { dynamodb } from './dynamodb.ts'

/** Every item that a query finds, page after page; the next page is read only when somebody asks for more. */
export async function* queryItems<Item>(query: QueryCommandInput): AsyncGenerator<Item> {
  let start: Record<string, unknown> | undefined
  do {
    const command = new QueryCommand({ ...query, ...(start === undefined ? {} : { ExclusiveStartKey: start }) })
    const page: QueryCommandOutput = await withTransientErrors(() => dynamodb.send(command))
    yield* (page.Items ?? []) as Item[]
    start = page.LastEvaluatedKey
  } while (start !== undefined)
}
