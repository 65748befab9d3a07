import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { expect } from 'chai'
import { systemClock } from '../../../local/clock.ts'
import type { ServiceRequest } from '../../../local/http/service.ts'
import { createDynamodb, type Dynamodb } from '../../../local/services/dynamodb/create-dynamodb.ts'
import { createS3Service, type S3Service } from '../../../local/services/s3/create-s3-service.ts'
import { createStatesService, type StatesService } from '../../../local/services/states/states-service.ts'
import { accountId, type EdgeFixture, region, startEdge } from '../../support/edge-fixture.ts'

const Bucket = 'darkroom'
const machineRole = `arn:aws:iam::${accountId}:role/machine`
const readerRole = `arn:aws:iam::${accountId}:role/reader`
const roles = [
  {
    arn: machineRole,
    name: 'machine',
    policies: [
      {
        Statement: {
          Effect: 'Allow' as const,
          Action: ['dynamodb:*', 's3:*', 'lambda:InvokeFunction'],
          Resource: '*',
        },
      },
    ],
  },
  {
    arn: readerRole,
    name: 'reader',
    policies: [{ Statement: { Effect: 'Allow' as const, Action: ['dynamodb:GetItem'], Resource: '*' } }],
  },
]

interface TaskOptions {
  arguments: object
  roleArn?: string
  output?: string
}

describe('Integrations of Step Functions with the other services of the stack', () => {
  let directory: string
  let fixture: EdgeFixture
  let s3: S3Service
  let dynamodb: Dynamodb
  let states: StatesService
  let machines: SFNClient
  let objects: S3Client
  let count = 0

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'darkroom-integrations-'))
    const scope = { region, accountId, clock: systemClock }
    s3 = await createS3Service({ ...scope, dataDirectory: join(directory, 's3') })
    dynamodb = await createDynamodb({ ...scope, path: join(directory, 'dynamodb') })
    await dynamodb.deployTable({
      TableName: 'Merges',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    })
    const handle = (request: ServiceRequest): Promise<void> => states.handle(request)
    fixture = await startEdge({ services: { dynamodb, s3, states: { handle } }, roles })
    states = await createStatesService({
      ...scope,
      dataDirectory: directory,
      endpoint: fixture.endpoint,
      credentialsFor: fixture.iam.credentialsFor,
      authorizeAs: fixture.iam.authorizeAs,
      publishEvent: async () => undefined,
      async invokeFunction(functionArn, payload) {
        if (functionArn.endsWith(':echo')) return { payload }
        if (functionArn.endsWith(':hasty')) {
          const { taskToken } = JSON.parse(payload) as { taskToken: string }
          await machines.send(new SendTaskSuccessCommand({ taskToken, output: '"early"' }))
          return { payload: '"late"' }
        }
        if (functionArn.endsWith(':broken'))
          return { payload: '{"errorType":"PlanMismatch","errorMessage":"no"}', functionError: 'Unhandled' }
        throw Object.assign(new Error('no such function'), { code: 'ResourceNotFoundException' })
      },
    })
    machines = new SFNClient(fixture.client())
    objects = new S3Client({ ...fixture.client(), forcePathStyle: true })
    await objects.send(new CreateBucketCommand({ Bucket }))
  })
  after(async () => {
    machines.destroy()
    objects.destroy()
    await states.close()
    await fixture.edge.close()
    await Promise.all([s3.close(), dynamodb.close()])
    rmSync(directory, { recursive: true })
  })

  /** Runs a machine of one JSONata task. */
  async function run(resource: string, options: TaskOptions) {
    count += 1
    const task = {
      Type: 'Task',
      Resource: `arn:aws:states:::${resource}`,
      Arguments: options.arguments,
      Output: options.output ?? '{% $states.result %}',
      End: true,
    }
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Only', States: { Only: task } })
    const roleArn = options.roleArn ?? machineRole
    const { stateMachineArn } = await machines.send(
      new CreateStateMachineCommand({ name: `integration-${count}`, definition, roleArn }),
    )
    const { executionArn } = await machines.send(new StartExecutionCommand({ stateMachineArn }))
    for (;;) {
      const { status, output, error, cause } = await machines.send(new DescribeExecutionCommand({ executionArn }))
      if (status !== 'RUNNING') return { status, result: output && JSON.parse(output), error, cause }
      await new Promise(setImmediate)
    }
  }

  it('writes, changes, reads and deletes DynamoDB items in their wire form', async () => {
    const Item = {
      id: { S: 'm1' },
      parts: { N: '3' },
      tags: { L: [{ S: 'a' }] },
      nested: { M: { lower: { BOOL: true } } },
    }
    const put = await run('dynamodb:putItem', { arguments: { TableName: 'Merges', Item } })
    expect(put.result).to.have.all.keys('SdkHttpMetadata', 'SdkResponseMetadata')
    expect(put.result.SdkHttpMetadata.HttpStatusCode).to.equal(200)
    const update = await run('dynamodb:updateItem', {
      arguments: {
        TableName: 'Merges',
        Key: { id: { S: 'm1' } },
        UpdateExpression: 'SET parts = :parts',
        ExpressionAttributeValues: { ':parts': { N: '4' } },
        ReturnValues: 'UPDATED_NEW',
      },
    })
    expect(update.result.Attributes).to.deep.equal({ parts: { N: '4' } })
    const get = await run('dynamodb:getItem', { arguments: { TableName: 'Merges', Key: { id: { S: 'm1' } } } })
    expect(get.result.Item).to.deep.equal({ ...Item, parts: { N: '4' } })
    await run('dynamodb:deleteItem', { arguments: { TableName: 'Merges', Key: { id: { S: 'm1' } } } })
    const sdk = await run('aws-sdk:dynamodb:getItem', {
      arguments: { TableName: 'Merges', Key: { id: { S: 'm1' } } },
    })
    expect(sdk.result).to.deep.equal({})
  })

  it('names a failed condition in the way of each kind of integration', async () => {
    const twice = {
      TableName: 'Merges',
      Item: { id: { S: 'taken' } },
      ConditionExpression: 'attribute_not_exists(id)',
    }
    await run('dynamodb:putItem', { arguments: twice })
    const optimized = await run('dynamodb:putItem', { arguments: twice })
    expect(optimized.error).to.equal('DynamoDB.ConditionalCheckFailedException')
    expect(optimized.cause).to.match(
      /^The conditional request failed \(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ConditionalCheckFailedException; Request ID: .+; Proxy: null\)$/,
    )
    const generic = await run('aws-sdk:dynamodb:putItem', { arguments: twice })
    expect(generic.error).to.equal('DynamoDb.ConditionalCheckFailedException')
    expect(generic.cause).to.match(
      /^The conditional request failed \(Service: DynamoDb, Status Code: 400, Request ID: /,
    )
  })

  it('refuses what the role of the machine may not do', async () => {
    const denied = await run('dynamodb:putItem', {
      arguments: { TableName: 'Merges', Item: { id: { S: 'x' } } },
      roleArn: readerRole,
    })
    expect(denied.error).to.equal('DynamoDB.AmazonDynamoDBException')
    expect(denied.cause).to.contain('is not authorized to perform: dynamodb:PutItem')
    expect(denied.cause).to.contain('Error Code: AccessDeniedException')
    const noInvoke = await run('lambda:invoke', { arguments: { FunctionName: 'echo' }, roleArn: readerRole })
    expect(noInvoke.error).to.equal('Lambda.AWSLambdaException')
    expect(noInvoke.cause).to.contain('is not authorized to perform: lambda:InvokeFunction')
  })

  it('makes an object out of parts and looks at it', async () => {
    const Key = 'merged.safetensors'
    const begun = await run('aws-sdk:s3:createMultipartUpload', {
      arguments: { Bucket, Key, ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT', Metadata: { recipe: 'a' } },
    })
    expect(begun.result).to.include({ Bucket, Key, ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' })
    const { UploadId } = begun.result as { UploadId: string }
    const part = await objects.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'bytes' }))
    const Parts = [{ PartNumber: 1, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 }]
    const complete = { Bucket, Key, UploadId, IfNoneMatch: '*', MultipartUpload: { Parts } }
    const completed = await run('aws-sdk:s3:completeMultipartUpload', { arguments: complete })
    expect(completed.status).to.equal('SUCCEEDED')
    expect(completed.result).to.include({ Bucket, Key }).and.to.have.property('ETag')
    const head = await run('aws-sdk:s3:headObject', { arguments: { Bucket, Key, ChecksumMode: 'ENABLED' } })
    expect(head.result).to.include({ ContentLength: 5 })
    expect(head.result.Metadata).to.deep.equal({ recipe: 'a' })
    expect(head.result.LastModified).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
    const body = await run('aws-sdk:s3:getObject', { arguments: { Bucket, Key } })
    expect(body.result.Body).to.equal('bytes')
    expect((await run('aws-sdk:s3:deleteObject', { arguments: { Bucket, Key } })).status).to.equal('SUCCEEDED')
  })

  it('stores what is not a text as JSON', async () => {
    const put = await run('aws-sdk:s3:putObject', { arguments: { Bucket, Key: 'plan.json', Body: { parts: [1, 2] } } })
    expect(put.result).to.have.property('ETag')
    const { Body } = await objects.send(new GetObjectCommand({ Bucket, Key: 'plan.json' }))
    expect(await Body!.transformToString()).to.equal('{"parts":[1,2]}')
  })

  it('names the errors of S3 as the Java SDK does', async () => {
    const missing = { Bucket, Key: 'missing' }
    expect((await run('aws-sdk:s3:getObject', { arguments: missing })).error).to.equal('S3.NoSuchKeyException')
    expect((await run('aws-sdk:s3:headObject', { arguments: missing })).error).to.equal('S3.NoSuchKeyException')
    const upload = { ...missing, UploadId: 'nothing' }
    const abort = await run('aws-sdk:s3:abortMultipartUpload', { arguments: upload })
    expect(abort.error).to.equal('S3.NoSuchUploadException')
    await objects.send(new PutObjectCommand({ Bucket, Key: 'there', Body: 'x' }))
    const taken = await run('aws-sdk:s3:putObject', {
      arguments: { Bucket, Key: 'there', Body: 'y', IfNoneMatch: '*' },
    })
    expect(taken.error).to.equal('S3.S3Exception')
    expect(taken.cause).to.contain('Status Code: 412')
  })

  it('says which parameter a service does not have', async () => {
    const odd = await run('aws-sdk:s3:headObject', { arguments: { Bucket, Key: 'there', Colour: 'red' } })
    expect(odd.error).to.equal('States.Runtime')
    expect(odd.cause).to.contain('"Colour"')
  })

  it('invokes functions of the stack and passes their errors on', async () => {
    const echoed = await run('lambda:invoke', { arguments: { FunctionName: 'echo', Payload: { n: 1 } } })
    expect(echoed.result).to.deep.include({ Payload: { n: 1 }, StatusCode: 200, ExecutedVersion: '$LATEST' })
    const broken = await run('lambda:invoke', { arguments: { FunctionName: 'broken', Payload: {} } })
    expect(broken).to.include({
      error: 'PlanMismatch',
      cause: '{"errorType":"PlanMismatch","errorMessage":"no"}',
    })
    const missing = await run('lambda:invoke', { arguments: { FunctionName: 'nobody', Payload: {} } })
    expect(missing.error).to.equal('Lambda.ResourceNotFoundException')
  })

  it('takes a token back that comes before the function that got it has returned', async () => {
    const Payload = { taskToken: '{% $states.context.Task.Token %}' }
    const hasty = await run('lambda:invoke.waitForTaskToken', { arguments: { FunctionName: 'hasty', Payload } })
    expect(hasty).to.include({ status: 'SUCCEEDED', result: 'early' })
  })

  it('fails a task whose token is given to a function that fails', async () => {
    const Payload = { taskToken: '{% $states.context.Task.Token %}' }
    const broken = await run('lambda:invoke.waitForTaskToken', { arguments: { FunctionName: 'broken', Payload } })
    expect(broken).to.include({ status: 'FAILED', error: 'PlanMismatch' })
  })

  it('reads the items of a distributed Map from S3 and writes its results there', async () => {
    const csv = 'name,size\ncat,"1,5"\ndog,2\n'
    await objects.send(new PutObjectCommand({ Bucket, Key: 'pets.csv', Body: csv }))
    const definition = JSON.stringify({
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          ItemReader: {
            Resource: 'arn:aws:states:::s3:getObject',
            ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
            Parameters: { Bucket, Key: 'pets.csv' },
          },
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'Keep',
            States: { Keep: { Type: 'Pass', End: true } },
          },
          ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket, Prefix: 'results' } },
          End: true,
        },
      },
    })
    const { stateMachineArn } = await machines.send(
      new CreateStateMachineCommand({ name: 'pets', definition, roleArn: machineRole }),
    )
    const { executionArn } = await machines.send(new StartExecutionCommand({ stateMachineArn }))
    let execution = await machines.send(new DescribeExecutionCommand({ executionArn }))
    while (execution.status === 'RUNNING')
      execution = await machines.send(new DescribeExecutionCommand({ executionArn }))
    expect(execution.status, execution.cause).to.equal('SUCCEEDED')
    const { Key } = JSON.parse(execution.output!).ResultWriterDetails
    const manifest = await objects.send(new GetObjectCommand({ Bucket, Key }))
    const { ResultFiles } = JSON.parse(await manifest.Body!.transformToString())
    const results = await objects.send(new GetObjectCommand({ Bucket, Key: ResultFiles.SUCCEEDED[0].Key }))
    const written = JSON.parse(await results.Body!.transformToString()) as { Output: string; Status: string }[]
    expect(written.map(({ Output }) => JSON.parse(Output))).to.have.deep.members([
      { name: 'cat', size: '1,5' },
      { name: 'dog', size: '2' },
    ])
  })
})
