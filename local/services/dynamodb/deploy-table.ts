import type { DynaliteEngine } from './dynalite-engine.ts'
import { settle, updateIndexes } from './dynalite-internals.ts'
import { type IndexChange, planTable } from './plan-table.ts'
import {
  INDEX_KINDS,
  indexesOf,
  type SecondaryIndex,
  type StoredTable,
  type TableProperties,
} from './table-properties.ts'

/**
 * Makes the stored table the template's: creates it, adds, drops and refills indexes. Billing, recovery, encryption,
 * streams, time to live, tags and protection of the template change nothing on a laptop and are passed over.
 */
export async function deployTable(engine: DynaliteEngine, properties: TableProperties): Promise<void> {
  const wanted = pickSupported(properties)
  const plan = planTable(wanted, await readTable(engine, wanted.TableName), { refill: engine.interrupted })
  if (plan.create) await engine.run('CreateTable', { ...structuredClone(wanted), BillingMode: 'PAY_PER_REQUEST' })
  const table = (await readTable(engine, wanted.TableName))!
  for (const change of plan.drop) await dropIndex(engine, table, change)
  for (const change of plan.fill)
    await fillIndex(engine, { ...table, AttributeDefinitions: wanted.AttributeDefinitions }, change)
  await settle<void>((done) => engine.store.tableDb.put(table.TableName, activeTable(table, wanted), done))
}

/** The stored description; undefined when there is no such table. */
export async function readTable({ store }: DynaliteEngine, name: string): Promise<StoredTable | undefined> {
  return settle<StoredTable | undefined>((done) => store.tableDb.get(name, done)).catch(() => undefined)
}

function pickSupported(properties: TableProperties): TableProperties {
  const { TableName, AttributeDefinitions, KeySchema } = properties
  const picked: TableProperties = { TableName, AttributeDefinitions, KeySchema }
  for (const kind of INDEX_KINDS) {
    const indexes = indexesOf(properties, kind).map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    }))
    if (indexes.length > 0) picked[`${kind}SecondaryIndexes`] = indexes
  }
  return picked
}

function dropIndex({ store }: DynaliteEngine, { TableName }: StoredTable, { kind, index }: IndexChange): Promise<void> {
  return settle((done) => store.deleteIndexDb(kind, TableName, index.IndexName, done))
}

async function fillIndex({ store }: DynaliteEngine, table: StoredTable, { kind, index }: IndexChange): Promise<void> {
  const { TableName, KeySchema, AttributeDefinitions } = table
  const onlyThis = { TableName, KeySchema, AttributeDefinitions, [`${kind}SecondaryIndexes`]: [index] }
  for await (const item of store.getItemDb(TableName).createValueStream()) {
    await settle<void>((done) => updateIndexes(store, onlyThis, undefined, item, done))
  }
}

/** The description to keep. A table whose creation a kill interrupted is active from here on. */
function activeTable(stored: StoredTable, { AttributeDefinitions, ...wanted }: TableProperties): StoredTable {
  const { GlobalSecondaryIndexes: _global, LocalSecondaryIndexes: _local, ...rest } = stored
  const table: StoredTable = { ...rest, AttributeDefinitions, TableStatus: 'ACTIVE' }
  for (const kind of INDEX_KINDS) {
    const indexes = indexesOf({ AttributeDefinitions, ...wanted }, kind).map((index) => describeIndex(stored, index))
    if (indexes.length > 0) table[`${kind}SecondaryIndexes`] = indexes
  }
  return table
}

function describeIndex({ TableArn }: StoredTable, index: SecondaryIndex): SecondaryIndex {
  const state = {
    IndexArn: `${TableArn}/index/${index.IndexName}`,
    IndexSizeBytes: 0,
    ItemCount: 0,
    IndexStatus: 'ACTIVE',
  }
  return {
    ...index,
    ...state,
    ...{ ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 } },
  }
}
