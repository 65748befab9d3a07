import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  DeleteEndpointCommand,
  SageMakerClient,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from '@aws-sdk/client-sagemaker'
import {
  InvokeEndpointAsyncCommand,
  type InvokeEndpointAsyncCommandInput,
  InvokeEndpointCommand,
  SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime'
import { expect } from 'chai'
import { accountId, failureOf, region } from '../../support/edge-fixture.ts'
import {
  BUCKET,
  createEndpoint,
  ERROR_TOPIC,
  eventually,
  type HostingFixture,
  readObject,
  SUCCESS_TOPIC,
  startHosting,
  untilStatus,
} from '../../support/hosting-fixture.ts'

const NAME = 'async'

describe('asynchronous inference on the laptop', () => {
  let fixture: HostingFixture
  let runtime: SageMakerRuntimeClient

  before(async () => {
    fixture = await startHosting()
    runtime = fixture.client(SageMakerRuntimeClient)
    await createEndpoint(fixture, { name: NAME, isAsync: true })
    await untilStatus(fixture, NAME, 'InService')
  })
  after(() => fixture.close())

  const putInput = async (key: string, request: object): Promise<string> => {
    await fixture
      .client(S3Client)
      .send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: JSON.stringify(request) }))
    return `s3://${BUCKET}/${key}`
  }
  const invoke = (request: object, more: Partial<InvokeEndpointAsyncCommandInput> = {}) =>
    runtime.send(
      new InvokeEndpointAsyncCommand({
        EndpointName: NAME,
        ContentType: 'application/json',
        Accept: 'application/json',
        Body: Buffer.from(JSON.stringify(request)),
        ...more,
      }),
    )
  const noticesOf = (inferenceId: string) =>
    fixture.notices.filter(({ message }) => message.inferenceId === inferenceId)
  const noticeOf = (inferenceId: string) => eventually(() => noticesOf(inferenceId)[0])
  const setInstances = (DesiredInstanceCount: number) =>
    fixture.client(SageMakerClient).send(
      new UpdateEndpointWeightsAndCapacitiesCommand({
        EndpointName: NAME,
        DesiredWeightsAndCapacities: [{ VariantName: 'prod', DesiredInstanceCount }],
      }),
    )

  it('answers an input in S3 with an output in S3 and a message to the success topic', async () => {
    const inputLocation = await putInput('in/one.json', { say: 'hello' })
    const accepted = await runtime.send(
      new InvokeEndpointAsyncCommand({
        EndpointName: NAME,
        InputLocation: inputLocation,
        ContentType: 'application/json',
        Accept: 'application/json',
        InferenceId: 'one',
        CustomAttributes: 'c000',
      }),
    )
    expect(accepted.$metadata.httpStatusCode).to.equal(202)
    expect(accepted.InferenceId).to.equal('one')
    expect(accepted.OutputLocation).to.match(new RegExp(`^s3://${BUCKET}/out/[0-9a-f-]{36}\\.out$`))
    expect(accepted.FailureLocation).to.match(new RegExp(`^s3://${BUCKET}/failed/[0-9a-f-]{36}-error\\.out$`))
    const { topicArn, message } = await noticeOf('one')
    expect(topicArn).to.equal(SUCCESS_TOPIC)
    const { eventTime, receivedTime, ...rest } = message
    expect(Date.parse(eventTime as string)).to.be.at.least(Date.parse(receivedTime as string))
    expect(rest).to.deep.equal({
      awsRegion: region,
      invocationStatus: 'Completed',
      requestParameters: {
        accept: 'application/json',
        contentType: 'application/json',
        customAttributes: 'c000',
        endpointName: NAME,
        inputLocation,
      },
      responseParameters: { contentType: 'application/json', outputLocation: accepted.OutputLocation },
      inferenceId: 'one',
      eventVersion: '1.0',
      eventSource: 'aws:sagemaker',
      eventName: 'InferenceResult',
    })
    const output = JSON.parse(await readObject(fixture, accepted.OutputLocation!)) as Record<string, unknown>
    expect(output).to.include({ say: 'hello' })
    expect(output.headers).to.include({ 'x-amzn-sagemaker-inference-id': 'one', accept: 'application/json' })
  })

  it('takes a small input inline and puts results where the request says', async () => {
    const accepted = await invoke({ say: 'inline' }, { S3OutputPathExtension: 'of/mine', Filename: 'answer.json' })
    expect(accepted.OutputLocation).to.equal(`s3://${BUCKET}/out/of/mine/answer.json`)
    const { message } = await noticeOf(accepted.InferenceId!)
    expect(message.requestParameters).to.not.have.property('inputLocation')
    expect(await readObject(fixture, accepted.OutputLocation!)).to.include('inline')
  })

  it('tells the error topic of what the container refuses, and keeps its words', async () => {
    const accepted = await invoke({ behave: 'error' }, { InferenceId: 'refused' })
    const { topicArn, message } = await noticeOf('refused')
    expect(topicArn).to.equal(ERROR_TOPIC)
    expect(message).to.include({ invocationStatus: 'Failed', failureLocation: accepted.FailureLocation })
    expect(message).to.not.have.property('responseParameters')
    expect(message.failureReason).to.match(/^ClientError: Received server error \(500\) from primary with message /)
    expect(await readObject(fixture, accepted.FailureLocation!)).to.include('no paint left')
    expect((await failureOf(readObject(fixture, accepted.OutputLocation!))).name).to.equal('NoSuchKey')
  })

  it('writes whatever a container calls a success', async () => {
    const nothing = await invoke({ behave: 'null' })
    const garbage = await invoke({ behave: 'garbage' })
    await noticeOf(nothing.InferenceId!)
    await noticeOf(garbage.InferenceId!)
    expect(await readObject(fixture, nothing.OutputLocation!)).to.equal('null')
    expect(await readObject(fixture, garbage.OutputLocation!)).to.include('<<<')
  })

  it('fails what is never answered, what crashes the container, and what has no input', async () => {
    await invoke({ behave: 'never' }, { InferenceId: 'silent', InvocationTimeoutSeconds: 1 })
    const InputLocation = `s3://${BUCKET}/in/nothing`
    await runtime.send(new InvokeEndpointAsyncCommand({ EndpointName: NAME, InputLocation, InferenceId: 'missing' }))
    expect((await noticeOf('missing')).message.failureReason).to.include('in/nothing: NoSuchKey')
    expect((await noticeOf('silent')).message.failureReason).to.include('Your invocation timed out')
    await invoke({ behave: 'crash' }, { InferenceId: 'crashed' })
    expect((await noticeOf('crashed')).message.failureReason).to.include('closed the connection')
    await invoke({ say: 'still there' }, { InferenceId: 'after' })
    expect((await noticeOf('after')).message.invocationStatus).to.equal('Completed')
  })

  it('refuses as AWS does', async () => {
    const messageOf = async (more: Partial<InvokeEndpointAsyncCommandInput>) => {
      const { name, message } = await failureOf(invoke({}, more))
      expect(name).to.equal('ValidationError')
      return message
    }
    expect(await messageOf({ EndpointName: 'nobody' })).to.equal(`Endpoint nobody of account ${accountId} not found.`)
    expect(await messageOf({ InvocationTimeoutSeconds: 3601 })).to.include(
      "'invocationTimeoutSeconds' failed to satisfy",
    )
    expect(await messageOf({ RequestTTLSeconds: 59 })).to.include('greater than or equal to 60')
    expect(await messageOf({ InputLocation: 's3://a/b' })).to.include('Only one of')
    expect(await messageOf({ Body: Buffer.alloc(128_001) })).to.include('128000')
    const wrong = await failureOf(runtime.send(new InvokeEndpointCommand({ EndpointName: NAME, Body: '{}' })))
    expect(wrong.message).to.include('InvokeEndpointAsync')
  })

  it('finishes 200 at once, each exactly once', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => `many-${index}`)
    await Promise.all(ids.map((InferenceId) => invoke({ InferenceId }, { InferenceId })))
    await eventually(() => ids.every((id) => noticesOf(id).length > 0), 15_000)
    expect(ids.map((id) => noticesOf(id).length).every((count) => count === 1)).to.equal(true)
    const first = noticesOf('many-0')[0]!.message.responseParameters as { outputLocation: string }
    expect(await readObject(fixture, first.outputLocation)).to.include('"InferenceId":"many-0"')
  }).timeout(30_000)

  it('keeps what was accepted over a restart, also while there is no instance', async () => {
    await setInstances(0)
    await untilStatus(fixture, NAME, 'InService')
    await invoke({ say: 'later' }, { InferenceId: 'kept' })
    await fixture.restart()
    expect(noticesOf('kept')).to.deep.equal([])
    await setInstances(1)
    expect((await noticeOf('kept')).message.invocationStatus).to.equal('Completed')
    await untilStatus(fixture, NAME, 'InService')
    await invoke({ behave: 'slow', milliseconds: 400 }, { InferenceId: 'interrupted' })
    await fixture.restart()
    expect((await noticeOf('interrupted')).message.invocationStatus).to.equal('Completed')
  })

  it('loses, doubles and delays notifications, and loses outputs, when told so', async () => {
    const { faults } = fixture.sagemaker
    faults.add({ fault: 'lose-output', endpoint: NAME })
    const lost = await invoke({}, { InferenceId: 'no-output' })
    await noticeOf('no-output')
    expect((await failureOf(readObject(fixture, lost.OutputLocation!))).name).to.equal('NoSuchKey')
    faults.add({ fault: 'duplicate-notification', endpoint: NAME })
    await invoke({}, { InferenceId: 'double' })
    await eventually(() => noticesOf('double').length === 2)
    faults.add({ fault: 'drop-notification', endpoint: NAME })
    const dropped = await invoke({}, { InferenceId: 'dropped' })
    await eventually(() => readObject(fixture, dropped.OutputLocation!).catch(() => undefined))
    faults.add({ fault: 'delay-notification', endpoint: NAME, seconds: 0.3 })
    const invokedAt = Date.now()
    await invoke({}, { InferenceId: 'late' })
    await noticeOf('late')
    expect(Date.now() - invokedAt).to.be.at.least(300)
    expect(noticesOf('dropped')).to.deep.equal([])
  })

  it('forgets its queue when it is deleted', async () => {
    await setInstances(0)
    await untilStatus(fixture, NAME, 'InService')
    await invoke({}, { InferenceId: 'orphan' })
    await fixture.client(SageMakerClient).send(new DeleteEndpointCommand({ EndpointName: NAME }))
    await eventually(() => fixture.events.some(({ EndpointStatus }) => EndpointStatus === 'DELETED'))
    await createEndpoint(fixture, { name: 'next', isAsync: true })
    await untilStatus(fixture, 'next', 'InService')
    const accepted = await invoke({}, { EndpointName: 'next', InferenceId: 'of-next' })
    await noticeOf('of-next')
    expect(noticesOf('orphan')).to.deep.equal([])
    const { Contents = [] } = await fixture
      .client(S3Client)
      .send(
        new ListObjectsV2Command({ Bucket: BUCKET, Prefix: accepted.OutputLocation!.replace(`s3://${BUCKET}/`, '') }),
      )
    expect(Contents).to.have.length(1)
  })
})
