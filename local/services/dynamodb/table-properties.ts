/** `AWS::DynamoDB::Table` with its references resolved; properties that change nothing on a laptop are not listed. */
export interface TableProperties {
  TableName: string
  AttributeDefinitions: AttributeDefinition[]
  KeySchema: KeySchemaElement[]
  GlobalSecondaryIndexes?: SecondaryIndex[]
  LocalSecondaryIndexes?: SecondaryIndex[]
}

export interface AttributeDefinition {
  AttributeName: string
  AttributeType: string
}

export interface KeySchemaElement {
  AttributeName: string
  KeyType: string
}

export interface SecondaryIndex {
  IndexName: string
  KeySchema: KeySchemaElement[]
  Projection: { ProjectionType: string; NonKeyAttributes?: string[] }
}

/** What the store keeps about a table. */
export interface StoredTable extends TableProperties {
  TableArn: string
  TableStatus: string
}

export type IndexKind = 'Global' | 'Local'

export const INDEX_KINDS: IndexKind[] = ['Global', 'Local']

/** The indexes of one kind of a table. */
export function indexesOf(table: TableProperties, kind: IndexKind): SecondaryIndex[] {
  return table[`${kind}SecondaryIndexes`] ?? []
}
