import { isDeepStrictEqual } from 'node:util'
import {
  INDEX_KINDS,
  type IndexKind,
  indexesOf,
  type SecondaryIndex,
  type StoredTable,
  type TableProperties,
} from './table-properties.ts'

export interface IndexChange {
  kind: IndexKind
  index: SecondaryIndex
}

/** What has to be done so that the stored table is the one of the template. */
export interface TablePlan {
  create: boolean
  /** Indexes whose entries are dropped, then those whose entries are written; a changed index is in both. */
  drop: IndexChange[]
  fill: IndexChange[]
}

/**
 * Compares the template's table with the stored one. Throws when the key differs: that would need a new table.
 * `refill` takes every index for changed: a kill can come between the writes of an index entry and of its item.
 */
export function planTable(
  wanted: TableProperties,
  stored: StoredTable | undefined,
  { refill = false } = {},
): TablePlan {
  if (stored === undefined) return { create: true, drop: [], fill: [] }
  if (!isDeepStrictEqual(keyOf(wanted), keyOf(stored))) {
    throw new Error(
      `The key of table ${wanted.TableName} differs from the stored one: start with --reset to begin anew.`,
    )
  }
  const changes = INDEX_KINDS.map((kind) =>
    refill ? allIndexes(kind, wanted, stored) : compareIndexes(kind, wanted, stored),
  )
  return { create: false, drop: changes.flatMap(({ drop }) => drop), fill: changes.flatMap(({ fill }) => fill) }
}

function allIndexes(kind: IndexKind, wanted: TableProperties, stored: StoredTable): Omit<TablePlan, 'create'> {
  const change = (index: SecondaryIndex): IndexChange => ({ kind, index })
  return { drop: indexesOf(stored, kind).map(change), fill: indexesOf(wanted, kind).map(change) }
}

function compareIndexes(kind: IndexKind, wanted: TableProperties, stored: StoredTable): Omit<TablePlan, 'create'> {
  const [after, before] = [indexesOf(wanted, kind), indexesOf(stored, kind)]
  const types = (table: TableProperties, index: SecondaryIndex) =>
    index.KeySchema.map((element) => typeOf(table, element.AttributeName))
  const same = (a: SecondaryIndex, b: SecondaryIndex): boolean =>
    a.IndexName === b.IndexName &&
    isDeepStrictEqual(a.KeySchema, b.KeySchema) &&
    isDeepStrictEqual(a.Projection, b.Projection) &&
    isDeepStrictEqual(types(wanted, a), types(stored, b))
  return {
    drop: before.filter((old) => !after.some((index) => same(index, old))).map((index) => ({ kind, index })),
    fill: after.filter((index) => !before.some((old) => same(index, old))).map((index) => ({ kind, index })),
  }
}

function keyOf(table: TableProperties): unknown {
  return table.KeySchema.map((element) => [
    element.KeyType,
    element.AttributeName,
    typeOf(table, element.AttributeName),
  ])
}

function typeOf(table: TableProperties, attribute: string): string | undefined {
  return table.AttributeDefinitions.find(({ AttributeName }) => AttributeName === attribute)?.AttributeType
}
