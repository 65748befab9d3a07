import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  AddTagsCommand,
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  ListTagsCommand,
  SageMakerClient,
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from '@aws-sdk/client-sagemaker'
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { expect } from 'chai'
import { accountId, failureOf, region } from '../../support/edge-fixture.ts'
import {
  BUCKET,
  createConfig,
  createEndpoint,
  describeEndpoint,
  EXECUTION_ROLE,
  eventually,
  type HostingFixture,
  IMAGE,
  startHosting,
  untilStatus,
  writeOperatorSettings,
} from '../../support/hosting-fixture.ts'

const arn = (type: string, name: string): string => `arn:aws:sagemaker:${region}:${accountId}:${type}/${name}`
const deployerArn = `arn:aws:iam::${accountId}:role/deployer`
const allow = (Action: string | string[], Resource: string) => ({
  Statement: { Effect: 'Allow' as const, Action, Resource },
})
const deployer = {
  arn: deployerArn,
  name: 'deployer',
  policies: [allow('sagemaker:*', arn('*', 'mine-*')), allow('sagemaker:ListEndpoints', '*')],
}

describe('SageMaker endpoints on the laptop', () => {
  let fixture: HostingFixture
  let sagemaker: SageMakerClient
  let runtime: SageMakerRuntimeClient

  before(async () => {
    fixture = await startHosting({ roles: [deployer] })
    sagemaker = fixture.client(SageMakerClient)
    runtime = fixture.client(SageMakerRuntimeClient)
  })
  after(() => fixture.close())

  const invoke = async (EndpointName: string, request: object): Promise<Record<string, unknown>> => {
    const { Body } = await runtime.send(
      new InvokeEndpointCommand({ EndpointName, ContentType: 'application/json', Body: JSON.stringify(request) }),
    )
    return JSON.parse(Body!.transformToString()) as Record<string, unknown>
  }
  const eventsOf = (name: string): string[] =>
    fixture.events.filter(({ EndpointName }) => EndpointName === name).map(({ EndpointStatus }) => EndpointStatus)
  const isGone = async (EndpointName: string): Promise<boolean> =>
    (await sagemaker.send(new DescribeEndpointCommand({ EndpointName })).catch(() => undefined)) === undefined

  it('runs the program of the image from creation to deletion, and EventBridge hears of every status', async () => {
    await createEndpoint(fixture, { name: 'Whole', environment: { COLOUR: 'red' } })
    const { EndpointArn, ProductionVariants } = await untilStatus(fixture, 'Whole', 'InService')
    expect(EndpointArn).to.equal(arn('endpoint', 'whole'))
    expect(ProductionVariants).to.have.length(1)
    expect(ProductionVariants![0]).to.include({ VariantName: 'prod', CurrentInstanceCount: 1, DesiredInstanceCount: 1 })

    const { environment, headers } = await invoke('Whole', { environment: true })
    expect(headers).to.include({ 'content-type': 'application/json' })
    expect(environment).to.include({ COLOUR: 'red', AWS_ENDPOINT_URL: fixture.edge.endpoint, AWS_REGION: region })
    const { accessKeyId } = fixture.edge.iam.credentialsFor(EXECUTION_ROLE)
    expect(environment).to.include({ AWS_ACCESS_KEY_ID: accessKeyId })
    expect(environment).to.not.have.any.keys('USER', 'SHELL', 'PWD', 'npm_config_cache')

    await sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'Whole' }))
    await eventually(() => isGone('Whole'))
    await eventually(() => eventsOf('Whole').length === 4)
    expect(eventsOf('Whole')).to.deep.equal(['CREATING', 'IN_SERVICE', 'DELETING', 'DELETED'])
    expect(fixture.logs).to.include('fixture container: healthy')
    expect(readFileSync(join(fixture.directory, 'logs', 'endpoint-Whole.log'), 'utf8')).to.include('fixture container')
  })

  it('fails an endpoint whose container ends at the start or never gets healthy, in AWS’s words', async () => {
    const expected =
      'The primary container for production variant prod did not pass the ping health check. Please check CloudWatch logs for this endpoint.'
    for (const behaviour of ['crash-at-start', 'never-healthy']) {
      await createEndpoint(fixture, { name: behaviour, behaviour })
      const { FailureReason } = await untilStatus(fixture, behaviour, 'Failed')
      expect(FailureReason).to.equal(expected)
      expect((await failureOf(invoke(behaviour, {}))).message).to.equal(
        `Endpoint ${behaviour} of account ${accountId} not found.`,
      )
    }
    await eventually(() => eventsOf('crash-at-start').includes('FAILED'))
  })

  it('says what to do about an image without a program', async () => {
    await createEndpoint(fixture, { name: 'no-program', model: { Image: 'somebody/else:2' } })
    const { FailureReason } = await untilStatus(fixture, 'no-program', 'Failed')
    expect(FailureReason).to.include("'somebody/else:2' has no program").and.to.include('sagemaker.json')
  })

  it('starts a container anew that crashes in service, which stays in service meanwhile', async () => {
    await createEndpoint(fixture, { name: 'crashing' })
    await untilStatus(fixture, 'crashing', 'InService')
    const { pid } = await invoke('crashing', {})
    const { name, $metadata, OriginalStatusCode } = await failureOf(invoke('crashing', { behave: 'crash' }))
    expect({ name, OriginalStatusCode }).to.deep.equal({ name: 'ModelError', OriginalStatusCode: 500 })
    expect($metadata).to.include({ httpStatusCode: 424 })
    expect(await describeEndpoint(fixture, 'crashing')).to.include({ EndpointStatus: 'InService' })
    // The invocation waits for the new container.
    expect((await invoke('crashing', {})).pid)
      .to.be.a('number')
      .and.to.not.equal(pid)
    expect(eventsOf('crashing')).to.deep.equal(['CREATING', 'IN_SERVICE'])
  })

  it('answers what the container answers, and its errors as ModelError', async () => {
    await createEndpoint(fixture, { name: 'errors' })
    await untilStatus(fixture, 'errors', 'InService')
    const server = await failureOf(invoke('errors', { behave: 'error' }))
    expect(server.message).to.match(/^Received server error \(500\) from primary with message "\{"error":\{"name"/)
    expect(server.OriginalMessage).to.include('no paint left')
    expect(server.LogStreamArn).to.include('/aws/sagemaker/Endpoints/errors')
    const client = await failureOf(invoke('errors', { behave: 'refuse' }))
    expect(client.message).to.match(/^Received client error \(400\) from primary/)
    expect(await invoke('errors', { behave: 'null' })).to.equal(null)
    const silent = await failureOf(invoke('errors', { behave: 'never' }))
    expect(silent.message).to.include('Your invocation timed out while waiting for a response from container primary.')
    expect(silent.OriginalStatusCode).to.equal(0)
    const large = new InvokeEndpointCommand({ EndpointName: 'errors', Body: Buffer.alloc(6_291_457) })
    expect((await failureOf(runtime.send(large))).message).to.equal('HTTP content length exceeded 6291456 bytes.')
  })

  it('brings the files of an uncompressed model into the model directory', async () => {
    const s3 = fixture.client(S3Client)
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'models/a/Lora/style.txt', Body: 'in oil' }))
    const source = { S3Uri: `s3://${BUCKET}/models/a/`, S3DataType: 'S3Prefix', CompressionType: 'None' }
    await createEndpoint(fixture, { name: 'with-model', model: { ModelDataSource: { S3DataSource: source } } })
    await untilStatus(fixture, 'with-model', 'InService')
    expect(await invoke('with-model', { file: 'Lora/style.txt' })).to.include({ content: 'in oil' })

    const missing = { ...source, S3Uri: `s3://${BUCKET}/models/none/` }
    await createEndpoint(fixture, { name: 'no-model', model: { ModelDataSource: { S3DataSource: missing } } })
    const { FailureReason } = await untilStatus(fixture, 'no-model', 'Failed')
    expect(FailureReason).to.include(`Failed to download model data for container "container_1" from URL`)
  })

  it('unpacks a model archive', async () => {
    mkdirSync(join(fixture.directory, 'packed/VAE'), { recursive: true })
    writeFileSync(join(fixture.directory, 'packed/VAE/eyes.txt'), 'sharp')
    const archive = execFileSync('tar', ['-cz', '-C', join(fixture.directory, 'packed'), 'VAE'])
    await fixture.client(S3Client).send(new PutObjectCommand({ Bucket: BUCKET, Key: 'model.tar.gz', Body: archive }))
    await createEndpoint(fixture, { name: 'packed', model: { ModelDataUrl: `s3://${BUCKET}/model.tar.gz` } })
    await untilStatus(fixture, 'packed', 'InService')
    expect(await invoke('packed', { file: 'VAE/eyes.txt' })).to.include({ content: 'sharp' })
  })

  it('updates to another configuration without a moment out of service', async () => {
    await createEndpoint(fixture, { name: 'blue', environment: { COLOUR: 'blue' } })
    await untilStatus(fixture, 'blue', 'InService')
    await createConfig(sagemaker, { name: 'green', environment: { COLOUR: 'green' }, instances: 2 })
    const slow = invoke('blue', { behave: 'slow', milliseconds: 300 })
    await sagemaker.send(new UpdateEndpointCommand({ EndpointName: 'blue', EndpointConfigName: 'green' }))
    expect(await describeEndpoint(fixture, 'blue')).to.include({
      EndpointStatus: 'Updating',
      EndpointConfigName: 'blue',
    })
    const busy = await failureOf(
      sagemaker.send(new UpdateEndpointCommand({ EndpointName: 'blue', EndpointConfigName: 'green' })),
    )
    expect(busy.message).to.equal(`Cannot update in-progress endpoint "${arn('endpoint', 'blue')}".`)
    expect(await invoke('blue', {})).to.be.an('object')
    const updated = await untilStatus(fixture, 'blue', 'InService')
    expect(updated.EndpointConfigName).to.equal('green')
    expect(updated.ProductionVariants![0]!.CurrentInstanceCount).to.equal(2)
    expect((await slow).pid, 'an invocation that the old container had').to.be.a('number')
    expect((await invoke('blue', { environment: true })).environment).to.include({ COLOUR: 'green' })
  })

  it('rolls an update back whose containers do not get healthy, and keeps what it had', async () => {
    await createEndpoint(fixture, { name: 'steady' })
    await untilStatus(fixture, 'steady', 'InService')
    await createConfig(sagemaker, { name: 'broken', behaviour: 'crash-at-start' })
    await sagemaker.send(new UpdateEndpointCommand({ EndpointName: 'steady', EndpointConfigName: 'broken' }))
    await eventually(() => eventsOf('steady').length === 5)
    expect(eventsOf('steady')).to.deep.equal(['CREATING', 'IN_SERVICE', 'UPDATING', 'ROLLING_BACK', 'IN_SERVICE'])
    const kept = await describeEndpoint(fixture, 'steady')
    expect(kept).to.include({ EndpointStatus: 'InService', EndpointConfigName: 'steady' })
    expect(kept.FailureReason).to.include('did not pass the ping health check')
    expect(await invoke('steady', {})).to.be.an('object')
  })

  it('changes the count of instances by UpdateEndpointWeightsAndCapacities', async () => {
    await createEndpoint(fixture, { name: 'counted' })
    await untilStatus(fixture, 'counted', 'InService')
    const change = (VariantName: string, DesiredInstanceCount: number) =>
      sagemaker.send(
        new UpdateEndpointWeightsAndCapacitiesCommand({
          EndpointName: 'counted',
          DesiredWeightsAndCapacities: [{ VariantName, DesiredInstanceCount }],
        }),
      )
    await change('prod', 2)
    expect((await untilStatus(fixture, 'counted', 'InService')).ProductionVariants![0]!.CurrentInstanceCount).to.equal(
      2,
    )
    const pids = await Promise.all(
      [1, 2, 3, 4].map(async () => (await invoke('counted', { behave: 'slow', milliseconds: 50 })).pid),
    )
    expect(new Set(pids).size).to.equal(2)
    await change('prod', 0)
    expect((await untilStatus(fixture, 'counted', 'InService')).ProductionVariants![0]!.CurrentInstanceCount).to.equal(
      0,
    )
    expect((await failureOf(change('other', 1))).message).to.include('"other" is/are not present')
  })

  it('refuses as AWS does', async () => {
    const wrongName = new CreateModelCommand({ ModelName: 'not_a_name', ExecutionRoleArn: EXECUTION_ROLE })
    const { name, message } = await failureOf(sagemaker.send(wrongName))
    expect(name).to.equal('ValidationException')
    expect(message).to.equal(
      "1 validation error detected: Value 'not_a_name' at 'modelName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?",
    )
    const messageOf = async (command: object): Promise<string> =>
      (await failureOf(sagemaker.send(command as DescribeModelCommand))).message
    const nowhere = { EndpointName: 'nowhere', EndpointConfigName: 'nowhere', ModelName: 'nowhere' }
    expect(await messageOf(new DescribeEndpointCommand(nowhere))).to.equal(
      `Could not find endpoint "${arn('endpoint', 'nowhere')}".`,
    )
    expect(await messageOf(new DeleteEndpointCommand(nowhere))).to.include('Could not find endpoint "')
    expect(await messageOf(new CreateEndpointCommand(nowhere))).to.equal(
      `Could not find endpoint configuration "${arn('endpoint-config', 'nowhere')}".`,
    )
    expect(await messageOf(new DescribeModelCommand(nowhere))).to.equal(
      `Could not find model "${arn('model', 'nowhere')}".`,
    )
    expect(await messageOf(new DeleteEndpointConfigCommand(nowhere))).to.include(
      'Could not find endpoint configuration',
    )
    await createConfig(sagemaker, { name: 'twice' })
    expect((await failureOf(createConfig(sagemaker, { name: 'twice' }))).message).to.equal(
      `Cannot create already existing model "${arn('model', 'twice')}".`,
    )
    const create = new CreateEndpointCommand({ EndpointName: 'twice', EndpointConfigName: 'twice' })
    await sagemaker.send(create)
    expect(await messageOf(create)).to.equal(`Cannot create already existing endpoint "${arn('endpoint', 'twice')}".`)
    expect(await messageOf(new DeleteEndpointCommand({ EndpointName: 'twice' }))).to.equal(
      `Cannot update in-progress endpoint "${arn('endpoint', 'twice')}".`,
    )
    const badVariant = new CreateEndpointConfigCommand({
      EndpointConfigName: 'bad',
      ProductionVariants: [
        { VariantName: 'prod', ModelName: 'nowhere', InstanceType: 'ml.g5.xlarge', InitialInstanceCount: 1 },
      ],
    })
    expect(await messageOf(badVariant)).to.include('Could not find model')
    await untilStatus(fixture, 'twice', 'InService')
  })

  it('shows quota errors that the operator asks for', async () => {
    writeOperatorSettings(fixture.directory, { quotas: { 'ml.g5.2xlarge': 0 } })
    const failure = await failureOf(createEndpoint(fixture, { name: 'too-much' }))
    writeOperatorSettings(fixture.directory)
    expect(failure.name).to.equal('ResourceLimitExceeded')
    expect(failure.message).to.match(
      /^The account-level service limit 'ml\.g5\.2xlarge for endpoint usage' is 0 Instances, with current utilization of \d+ Instances and a request delta of 1 Instances\. Please use AWS Service Quotas/,
    )
  })

  it('lists in pages, newest first, and finds by name and status', async () => {
    for (const name of ['page-1', 'page-2', 'page-3']) await createConfig(sagemaker, { name })
    const names: string[] = []
    let NextToken: string | undefined
    do {
      const page = await sagemaker.send(
        new ListModelsCommand({ NameContains: 'page', MaxResults: 2, ...(NextToken && { NextToken }) }),
      )
      expect(page.Models!.length).to.be.at.most(2)
      names.push(...page.Models!.map(({ ModelName }) => ModelName!))
      NextToken = page.NextToken
    } while (NextToken)
    expect(names).to.deep.equal(['page-3', 'page-2', 'page-1'])
    const configs = await sagemaker.send(
      new ListEndpointConfigsCommand({ NameContains: 'PAGE', SortBy: 'Name', SortOrder: 'Ascending' }),
    )
    expect(configs.EndpointConfigs!.map(({ EndpointConfigName }) => EndpointConfigName)).to.deep.equal(
      names.toReversed(),
    )
    const failed = await sagemaker.send(new ListEndpointsCommand({ StatusEquals: 'Failed', MaxResults: 100 }))
    expect(failed.Endpoints!.map(({ EndpointStatus }) => EndpointStatus))
      .to.include('Failed')
      .and.to.not.include('InService')
    await sagemaker.send(new DeleteModelCommand({ ModelName: 'page-1' }))
    expect((await sagemaker.send(new DescribeModelCommand({ ModelName: 'page-2' }))).PrimaryContainer!.Image).to.equal(
      IMAGE,
    )
    const config = await sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: 'page-2' }))
    expect(config.ProductionVariants![0]!.InstanceType).to.equal('ml.g5.2xlarge')
    await sagemaker.send(
      new AddTagsCommand({ ResourceArn: config.EndpointConfigArn, Tags: [{ Key: 'a', Value: 'b' }] }),
    )
    const { Tags } = await sagemaker.send(new ListTagsCommand({ ResourceArn: config.EndpointConfigArn }))
    expect(Tags).to.deep.equal([{ Key: 'a', Value: 'b' }])
  })

  it('asks the caller’s policies, for the role it passes too', async () => {
    const mine = fixture.client(SageMakerClient, deployerArn)
    const denied = await failureOf(createConfig(mine, { name: 'mine-model' }))
    expect(denied.name).to.equal('AccessDeniedException')
    expect(denied.message).to.include(`iam:PassRole on resource: ${EXECUTION_ROLE}`)
    const other = await failureOf(mine.send(new DescribeEndpointCommand({ EndpointName: 'twice' })))
    expect(other.message).to.include(`sagemaker:DescribeEndpoint on resource: ${arn('endpoint', 'twice')}`)
    const invoked = fixture.client(SageMakerRuntimeClient, deployerArn)
    const refused = await failureOf(invoked.send(new InvokeEndpointCommand({ EndpointName: 'twice', Body: '{}' })))
    expect(refused.message).to.include('sagemaker:InvokeEndpoint on resource')
    expect((await mine.send(new ListEndpointsCommand({}))).Endpoints).to.be.an('array')
  })

  it('lets creation fail, roll back, and events get lost or come twice, when told so', async () => {
    fixture.sagemaker.faults.add({ fault: 'fail-creation', endpoint: 'faulty', reason: 'No capacity' })
    await createEndpoint(fixture, { name: 'faulty' })
    expect((await untilStatus(fixture, 'faulty', 'Failed')).FailureReason).to.equal('No capacity')
    fixture.sagemaker.faults.add({ fault: 'roll-back', endpoint: 'rolled' })
    fixture.sagemaker.faults.add({ fault: 'duplicate-event', endpoint: 'rolled', status: 'FAILED' })
    await createEndpoint(fixture, { name: 'rolled' })
    await eventually(() => eventsOf('rolled').length === 4)
    expect(eventsOf('rolled')).to.deep.equal(['CREATING', 'ROLLING_BACK', 'FAILED', 'FAILED'])
    fixture.sagemaker.faults.add({ fault: 'drop-event', endpoint: 'silent', status: 'IN_SERVICE' })
    await createEndpoint(fixture, { name: 'silent' })
    await untilStatus(fixture, 'silent', 'InService')
    await sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'silent' }))
    await eventually(() => eventsOf('silent').includes('DELETED'))
    expect(eventsOf('silent')).to.deep.equal(['CREATING', 'DELETING', 'DELETED'])
    expect(existsSync(join(fixture.directory, 'sagemaker-faults.json'))).to.equal(false)
  })

  it('has its endpoints in service after a restart, without saying so again', async () => {
    await createEndpoint(fixture, { name: 'lasting' })
    await untilStatus(fixture, 'lasting', 'InService')
    const { pid } = await invoke('lasting', {})
    await fixture.restart()
    expect(await describeEndpoint(fixture, 'lasting')).to.include({ EndpointStatus: 'InService' })
    expect((await invoke('lasting', {})).pid)
      .to.be.a('number')
      .and.to.not.equal(pid)
    expect(eventsOf('lasting')).to.deep.equal(['CREATING', 'IN_SERVICE'])
    expect(() => process.kill(pid as number, 0), 'the old container').to.throw()
  })
})
