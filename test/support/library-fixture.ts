import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { dynamodb } from '../../functions/shared/aws/dynamodb.ts'
import { s3 } from '../../functions/shared/aws/s3.ts'
import { systemClock } from '../../local/clock.ts'
import { createDynamodb, type Dynamodb } from '../../local/services/dynamodb/create-dynamodb.ts'
import { createS3Service, type S3Service } from '../../local/services/s3/create-s3-service.ts'
import { accountId, type EdgeFixture, region, startEdge } from './edge-fixture.ts'

/** The tables and the bucket of a deployment, served for real, with the product's own clients pointed at them. */
export interface LibraryFixture {
  bucket: string
  checkpointsTable: string
  mergesTable: string
  accountsTable: string
  endpointsTable: string
  inferencesTable: string
  trainingsTable: string
  datasetsTable: string
  datasetItemsTable: string
  modelsTable: string
  dynamodb: Dynamodb
  s3: S3Service
  /** Every item of a table. */
  items(table: string): Promise<Record<string, unknown>[]>
  stop(): Promise<void>
}

const listed = (TableName: string) => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['id', 'list', 'createdAt'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'newest',
      KeySchema: [
        { AttributeName: 'list', KeyType: 'HASH' },
        { AttributeName: 'createdAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
})

/** As `listed`, and by task: the Inferences table. */
const listedByTask = (TableName: string) => {
  const table = listed(TableName)
  return {
    ...table,
    AttributeDefinitions: [...table.AttributeDefinitions, { AttributeName: 'taskType', AttributeType: 'S' }],
    GlobalSecondaryIndexes: [
      ...table.GlobalSecondaryIndexes,
      {
        IndexName: 'byTask',
        KeySchema: [
          { AttributeName: 'taskType', KeyType: 'HASH' },
          { AttributeName: 'createdAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  }
}

const keyed = (TableName: string) => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
})

const datasetItems = {
  TableName: 'DatasetItems',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['datasetName', 'sortKey'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: [
    { AttributeName: 'datasetName', KeyType: 'HASH' },
    { AttributeName: 'sortKey', KeyType: 'RANGE' },
  ],
}

/** Starts S3 and DynamoDB on a free port, signatures checked, with empty tables and an empty bucket. */
export async function startLibrary(): Promise<LibraryFixture> {
  const environment = setEnvironment()
  const path = mkdtempSync(join(tmpdir(), 'darkroom-library-'))
  const tables = await createDynamodb({ path: join(path, 'dynamodb'), region, accountId })
  await tables.deployTable(listed('Checkpoints'))
  await tables.deployTable(listed('Merges'))
  await tables.deployTable(listed('Endpoints'))
  await tables.deployTable(listed('Models'))
  await tables.deployTable(listedByTask('Inferences'))
  await tables.deployTable(listed('Trainings'))
  await tables.deployTable(listed('Datasets'))
  await tables.deployTable(datasetItems)
  await tables.deployTable(keyed('Accounts'))
  const objects = await createS3Service({ dataDirectory: join(path, 's3'), region, clock: systemClock })
  await objects.deployBucket({ name: 'library' })
  const edge = await startEdge({ services: { dynamodb: tables, s3: objects } })
  const restore = [redirectS3(edge), redirectDynamodb(edge)]
  return {
    bucket: 'library',
    checkpointsTable: 'Checkpoints',
    mergesTable: 'Merges',
    accountsTable: 'Accounts',
    endpointsTable: 'Endpoints',
    inferencesTable: 'Inferences',
    trainingsTable: 'Trainings',
    datasetsTable: 'Datasets',
    datasetItemsTable: 'DatasetItems',
    modelsTable: 'Models',
    dynamodb: tables,
    s3: objects,
    items: async (TableName) => {
      const { Items } = (await tables.run('Scan', { TableName })) as { Items: Record<string, unknown>[] }
      return Items
    },
    stop: async () => {
      for (const undo of [...restore, environment]) undo()
      await edge.edge.close()
      await objects.close()
      await tables.close()
      rmSync(path, { recursive: true })
    },
  }
}

/** The SDK asks the environment for region and credentials when a client is first used, and remembers them. */
function setEnvironment(): () => void {
  const values = { AWS_REGION: region, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  const added = Object.entries(values).filter(([name]) => process.env[name] === undefined)
  for (const [name, value] of added) process.env[name] = value
  return () => {
    for (const [name] of added) delete process.env[name]
  }
}

/** The product's clients are made when their modules load, before any port is known: their calls go to clients that know it. */
function redirectDynamodb(edge: EdgeFixture): () => void {
  const real = DynamoDBDocumentClient.from(new DynamoDBClient(edge.client()), {
    marshallOptions: { removeUndefinedValues: true },
  })
  const product = dynamodb as { send?: unknown }
  product.send = real.send.bind(real)
  return () => {
    delete product.send
    real.destroy()
  }
}

/** The presigner reads the client's configuration, so this client is pointed at the port itself. */
function redirectS3(edge: EdgeFixture): () => void {
  const config = s3.config as unknown as Record<string, unknown>
  const { hostname, port } = new URL(edge.endpoint)
  const endpoint = async () => ({ protocol: 'http:', hostname, port: Number(port), path: '/' })
  const before = { endpoint: config.endpoint, isCustomEndpoint: config.isCustomEndpoint }
  Object.assign(config, { endpoint, isCustomEndpoint: true })
  return () => Object.assign(config, before)
}
