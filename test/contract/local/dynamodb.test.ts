import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BatchGetItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  TransactWriteItemsCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { expect } from 'chai'
import { createDynamodb, type Dynamodb } from '../../../local/services/dynamodb/create-dynamodb.ts'
import type { TableProperties } from '../../../local/services/dynamodb/table-properties.ts'
import { accountId, type EdgeFixture, failureOf, region, startEdge } from '../../support/edge-fixture.ts'

const byTime = {
  IndexName: 'byTime',
  KeySchema: [
    { AttributeName: 'kind', KeyType: 'HASH' },
    { AttributeName: 'id', KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'ALL' },
}
const merges: TableProperties = {
  TableName: 'Merges',
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'kind', AttributeType: 'S' },
  ],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [byTime],
}
const tableArn = `arn:aws:dynamodb:${region}:${accountId}:table/Merges`
const readerArn = `arn:aws:iam::${accountId}:role/reader`
const roles = [
  {
    arn: readerArn,
    name: 'reader',
    policies: [
      {
        Statement: {
          Effect: 'Allow' as const,
          Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
          Resource: tableArn,
        },
      },
    ],
  },
]

describe('DynamoDB on the laptop', () => {
  let path: string
  let dynamodb: Dynamodb
  let fixture: EdgeFixture
  let client: DynamoDBClient
  let documents: DynamoDBDocumentClient

  before(async () => {
    path = mkdtempSync(join(tmpdir(), 'darkroom-dynamodb-'))
    dynamodb = await createDynamodb({ path, region, accountId })
    await dynamodb.deployTable({
      ...merges,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    } as TableProperties)
    fixture = await startEdge({ services: { dynamodb }, roles })
    client = new DynamoDBClient(fixture.client())
    documents = DynamoDBDocumentClient.from(client)
  })
  after(async () => {
    client.destroy()
    await fixture.edge.close()
    await dynamodb.close()
    rmSync(path, { recursive: true })
  })

  it('describes a deployed table as active, under its ARN', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Merges' }))
    expect(Table).to.include({ TableStatus: 'ACTIVE', TableArn: tableArn })
    expect(Table!.GlobalSecondaryIndexes![0]).to.include({
      IndexStatus: 'ACTIVE',
      IndexArn: `${tableArn}/index/byTime`,
    })
    expect((await client.send(new ListTablesCommand({}))).TableNames).to.deep.equal(['Merges'])
  })

  it('keeps the first of two records of one id and shows the other what is there', async () => {
    const put = (status: string) =>
      documents.send(
        new PutCommand({
          TableName: 'Merges',
          Item: { id: 'one', kind: 'merge', status },
          ConditionExpression: 'attribute_not_exists(id)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      )
    await put('Planning')
    const failure = await failureOf(put('Merging'))
    expect(failure.name).to.equal('ConditionalCheckFailedException')
    expect(failure.Item).to.deep.equal({ id: { S: 'one' }, kind: { S: 'merge' }, status: { S: 'Planning' } })
  })

  it('updates under a condition and returns what it made', async () => {
    await documents.send(
      new PutCommand({ TableName: 'Merges', Item: { id: 'two', kind: 'merge', status: 'Planning', parts: 1 } }),
    )
    const update = (from: string) =>
      documents.send(
        new UpdateCommand({
          TableName: 'Merges',
          Key: { id: 'two' },
          UpdateExpression: 'SET #status = :to, #parts = #parts + :one REMOVE nothing',
          ConditionExpression: '#status = :from',
          ExpressionAttributeNames: { '#status': 'status', '#parts': 'parts' },
          ExpressionAttributeValues: { ':from': from, ':to': 'Merging', ':one': 1 },
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      )
    expect((await update('Planning')).Attributes).to.deep.equal({
      id: 'two',
      kind: 'merge',
      status: 'Merging',
      parts: 2,
    })
    const failure = await failureOf(update('Planning'))
    expect(failure).to.include({ name: 'ConditionalCheckFailedException' })
    expect(failure.Item).to.deep.include({ status: { S: 'Merging' } })
  })

  it('lists newest first through an index, page by page', async () => {
    for (const id of ['p1', 'p2', 'p3']) {
      await documents.send(new PutCommand({ TableName: 'Merges', Item: { id, kind: 'page' } }))
    }
    const query = {
      TableName: 'Merges',
      IndexName: 'byTime',
      KeyConditionExpression: 'kind = :kind',
      ExpressionAttributeValues: { ':kind': 'page' },
      ScanIndexForward: false,
      Limit: 2,
    }
    const first = await documents.send(new QueryCommand(query))
    expect(first.Items!.map(({ id }) => id)).to.deep.equal(['p3', 'p2'])
    const second = await documents.send(new QueryCommand({ ...query, ExclusiveStartKey: first.LastEvaluatedKey }))
    expect(second.Items!.map(({ id }) => id)).to.deep.equal(['p1'])
    expect(second.LastEvaluatedKey).to.equal(undefined)
  })

  it('takes the ARN of a table for its name', async () => {
    await documents.send(new PutCommand({ TableName: tableArn, Item: { id: 'arn' } }))
    expect((await documents.send(new GetCommand({ TableName: 'Merges', Key: { id: 'arn' } }))).Item).to.deep.equal({
      id: 'arn',
    })
  })

  it('asks the policies: tables of a batch one by one, an index instead of its table', async () => {
    const reader = new DynamoDBClient(fixture.client(readerArn))
    await reader.send(new BatchGetItemCommand({ RequestItems: { Merges: { Keys: [{ id: { S: 'one' } }] } } }))
    const batch = { Merges: { Keys: [{ id: { S: 'one' } }] }, Other: { Keys: [{ id: { S: 'one' } }] } }
    const denied = await failureOf(reader.send(new BatchGetItemCommand({ RequestItems: batch })))
    expect(denied.name).to.equal('AccessDeniedException')
    expect(denied.message).to.include(
      'dynamodb:BatchGetItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/Other because',
    )
    const query = new QueryCommand({
      TableName: 'Merges',
      IndexName: 'byTime',
      KeyConditionExpression: 'kind = :k',
      ExpressionAttributeValues: { ':k': 'x' },
    })
    expect((await failureOf(DynamoDBDocumentClient.from(reader).send(query))).message).to.include(
      `${tableArn}/index/byTime`,
    )
    reader.destroy()
  })

  it('names the operations it does not have', async () => {
    const ttl = new UpdateTimeToLiveCommand({
      TableName: 'Merges',
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    })
    expect(await failureOf(client.send(ttl))).to.include({
      name: 'UnknownOperationException',
      message: "The laptop stack does not serve the operation 'UpdateTimeToLive'.",
    })
    const transaction = new TransactWriteItemsCommand({
      TransactItems: [{ Put: { TableName: 'Merges', Item: { id: { S: 'x' } } } }],
    })
    expect((await failureOf(client.send(transaction))).name).to.equal('UnknownOperationException')
  })

  it('answers hostile expressions with validation errors', async () => {
    for (const UpdateExpression of ['SET', 'SET a = :missing', 'DROP TABLE x', 'SET a[99999999999999] = :v, a = :v']) {
      const failure = await failureOf(
        documents.send(
          new UpdateCommand({
            TableName: 'Merges',
            Key: { id: 'h' },
            UpdateExpression,
            ExpressionAttributeValues: { ':v': 1 },
          }),
        ),
      )
      expect(failure.name, UpdateExpression).to.equal('ValidationException')
    }
  })

  it('creates tables over the wire, ready as soon as the waiter asks', async () => {
    const TableName = 'Wired'
    await client.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
    expect((await waitUntilTableExists({ client, maxWaitTime: 5, minDelay: 1 }, { TableName })).state).to.equal(
      'SUCCESS',
    )
  })

  it('adds, changes and drops indexes of a table that has items', async () => {
    const items = ['a', 'b', 'c']
    const table: TableProperties = { ...merges, TableName: 'Reindexed', GlobalSecondaryIndexes: [] }
    await dynamodb.deployTable({ ...table, AttributeDefinitions: [merges.AttributeDefinitions[0]!] })
    for (const id of items)
      await documents.send(new PutCommand({ TableName: 'Reindexed', Item: { id, kind: 'k', note: id } }))
    const read = async (IndexName: string) =>
      (await documents.send(new ScanCommand({ TableName: 'Reindexed', IndexName }))).Items!.sort((x, y) =>
        x.id < y.id ? -1 : 1,
      )
    await dynamodb.deployTable({ ...table, GlobalSecondaryIndexes: [byTime] })
    expect(await read('byTime')).to.deep.equal(items.map((id) => ({ id, kind: 'k', note: id })))
    const keysOnly = { ...byTime, Projection: { ProjectionType: 'KEYS_ONLY' } }
    await dynamodb.deployTable({ ...table, GlobalSecondaryIndexes: [keysOnly] })
    expect(await read('byTime')).to.deep.equal(items.map((id) => ({ id, kind: 'k' })))
    await dynamodb.deployTable(table)
    expect((await failureOf(read('byTime'))).message).to.match(/does not have the specified index/)
  })

  it('refuses to deploy a table whose key has changed', async () => {
    const failure = await failureOf(
      dynamodb.deployTable({ ...merges, KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }] }),
    )
    expect(failure.message).to.include('--reset')
  })
})

describe('DynamoDB after kill -9', () => {
  it('has every item whose write was acknowledged, in the table and in its index', async () => {
    const path = mkdtempSync(join(tmpdir(), 'darkroom-dynamodb-'))
    const writer = spawn(process.execPath, [
      '--import',
      'tsx',
      join(import.meta.dirname, '../../support/write-items-forever.ts'),
      path,
    ])
    let acknowledged = ''
    for await (const chunk of writer.stdout) {
      acknowledged += String(chunk)
      if (acknowledged.split('\n').length > 50) break
    }
    writer.kill('SIGKILL')
    await once(writer, 'exit')
    const last = Number(acknowledged.trimEnd().split('\n').at(-1))

    const dynamodb = await createDynamodb({ path, region, accountId })
    await dynamodb.deployTable(merges)
    for (let id = 1; id <= last; id += 1) {
      const { Item } = (await dynamodb.run('GetItem', { TableName: 'Merges', Key: { id: { S: `${id}` } } })) as {
        Item?: object
      }
      expect(Item, `item ${id} of ${last}`).to.deep.equal({ id: { S: `${id}` }, kind: { S: 'merge' } })
    }
    const index = (await dynamodb.run('Scan', { TableName: 'Merges', IndexName: 'byTime' })) as { Count: number }
    const table = (await dynamodb.run('Scan', { TableName: 'Merges' })) as { Count: number }
    expect(index.Count).to.equal(table.Count)
    await dynamodb.close()
    for (const leftover of [path, `${path}.open`]) rmSync(leftover, { recursive: true, force: true })
  })
})
