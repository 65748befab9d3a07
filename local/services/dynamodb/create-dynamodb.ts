import { createJsonService, type JsonObject, type JsonOperation } from '../../http/json-service.ts'
import type { AwsService } from '../../http/service.ts'
import { ServiceError } from '../../http/service-error.ts'
import { authorizedResources, type ResourceInput } from './authorized-resources.ts'
import { deployTable, readTable } from './deploy-table.ts'
import { type DynaliteEngine, type DynaliteOptions, OPERATIONS, openDynalite } from './dynalite-engine.ts'
import type { TableProperties } from './table-properties.ts'

/** DynamoDB and its way into the template. */
export interface Dynamodb extends AwsService {
  /** Creates or changes the table as `AWS::DynamoDB::Table` says; throws when its key would have to change. */
  deployTable(properties: TableProperties): Promise<void>
  /** Runs an operation inside the process, unauthorised; throws `ServiceError`. */
  run(operation: string, input: object): Promise<object>
  close(): Promise<void>
}

/** DynamoDB on dynalite, durable under `path`. */
export async function createDynamodb(options: DynaliteOptions): Promise<Dynamodb> {
  const { region, accountId } = options
  const engine = await openDynalite(options)
  const tableArn = (name: string): string => `arn:aws:dynamodb:${region}:${accountId}:table/${name}`

  const run = async (operation: string, given: object): Promise<object> => {
    const input = withTableNames(given as JsonObject)
    if (operation === 'UpdateTable' && changesIndexes(input)) {
      throw new ServiceError(
        'ValidationException',
        'Indexes change with the template: edit it and start the stack again.',
      )
    }
    try {
      return await engine.run(operation, structuredClone(input))
    } catch (thrown) {
      throw await withFailedItem(engine, input, thrown)
    }
  }
  const operation =
    (name: string): JsonOperation =>
    (given, request) => {
      const input = withTableNames(given)
      for (const resource of authorizedResources(input as ResourceInput, tableArn))
        request.authorize(`dynamodb:${name}`, resource)
      return run(name, input)
    }
  return {
    ...createJsonService({
      version: '1.0',
      operations: Object.fromEntries(OPERATIONS.map((name) => [name, operation(name)])),
    }),
    run,
    deployTable: (properties) => deployTable(engine, properties),
    close: () => engine.close(),
  }
}

/** DynamoDB takes a table's ARN wherever it takes its name; dynalite does not. */
function withTableNames(input: JsonObject): JsonObject {
  const { TableName, RequestItems } = input
  const renamed = { ...input }
  if (typeof TableName === 'string') renamed.TableName = nameOf(TableName)
  if (typeof RequestItems === 'object' && RequestItems !== null) {
    renamed.RequestItems = Object.fromEntries(
      Object.entries(RequestItems).map(([table, items]) => [nameOf(table), items]),
    )
  }
  return renamed
}

function nameOf(table: string): string {
  return table.replace(/^arn:[^/]*:table\//, '')
}

function changesIndexes({ GlobalSecondaryIndexUpdates }: JsonObject): boolean {
  if (!Array.isArray(GlobalSecondaryIndexUpdates)) return false
  return GlobalSecondaryIndexUpdates.some((update: object) => 'Create' in update || 'Delete' in update)
}

/** Adds the item to a failed condition when the caller asked for it, which dynalite does not know. */
async function withFailedItem(engine: DynaliteEngine, input: JsonObject, thrown: unknown): Promise<unknown> {
  const failed = thrown instanceof ServiceError && thrown.code.endsWith('ConditionalCheckFailedException')
  if (!failed || input.ReturnValuesOnConditionCheckFailure !== 'ALL_OLD') return thrown
  const TableName = String(input.TableName)
  const Key = input.Key ?? (await keyOfItem(engine, TableName, input.Item as JsonObject))
  const { Item } = (await engine.run('GetItem', { TableName, Key, ConsistentRead: true })) as { Item?: object }
  return new ServiceError(thrown.code, thrown.message, { details: Item === undefined ? {} : { Item } })
}

async function keyOfItem(engine: DynaliteEngine, table: string, item: JsonObject): Promise<JsonObject> {
  const { KeySchema } = (await readTable(engine, table))!
  return Object.fromEntries(KeySchema.map(({ AttributeName }) => [AttributeName, item[AttributeName]]))
}
