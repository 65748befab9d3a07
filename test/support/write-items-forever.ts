import { createDynamodb } from '../../local/services/dynamodb/create-dynamodb.ts'

/** Writes items under the path in the first argument and prints the number of each once it is acknowledged, until killed. */
const dynamodb = await createDynamodb({ path: process.argv[2]!, region: 'us-east-1', accountId: '000000000000' })
await dynamodb.deployTable({
  TableName: 'Merges',
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'kind', AttributeType: 'S' },
  ],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byTime',
      KeySchema: [
        { AttributeName: 'kind', KeyType: 'HASH' },
        { AttributeName: 'id', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
})
for (let id = 1; ; id += 1) {
  await dynamodb.run('PutItem', { TableName: 'Merges', Item: { id: { S: `${id}` }, kind: { S: 'merge' } } })
  process.stdout.write(`${id}\n`)
}
