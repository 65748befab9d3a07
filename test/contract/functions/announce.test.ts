import '../../support/product-environment.ts'
import { readFileSync } from 'node:fs'
import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import AjvDraft4 from 'ajv-draft-04'
import { expect } from 'chai'
import sinon from 'sinon'
import { dynamodb } from '../../../functions/shared/aws/dynamodb.ts'
import { events } from '../../../functions/shared/aws/events.ts'
import { s3 } from '../../../functions/shared/aws/s3.ts'
import { sns } from '../../../functions/shared/aws/sns.ts'
import { handler } from '../../../functions/subscribers/announce/handler.ts'
import { type LibraryFixture, startLibrary } from '../../support/library-fixture.ts'

// biome-ignore lint/suspicious/noExplicitAny: items and commands are looked into field by field
type Json = Record<string, any>

const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:merge-checkpoint'
const startDate = Date.parse('2026-03-02T10:15:00.000Z')
const request = {
  name: 'castle-mix',
  method: 'weighted-sum',
  multiplier: 0.9,
  primary: 'castles-id',
  secondary: 'knights.safetensors',
}
let serial = 0

describe('The announcement of a merge’s end, on real tables and a real bucket', () => {
  let library: LibraryFixture
  let published: Json[]
  let onBus: Json[]
  let id: string

  before(async () => {
    library = await startLibrary()
    await put(library.checkpointsTable, { id: 'castles-id', list: 'checkpoints', names: ['castles.safetensors'] })
  })
  after(() => library.stop())
  beforeEach(() => {
    published = []
    onBus = []
    serial += 1
    id = `merge-${serial}`
    sinon.stub(sns, 'send').callsFake((async (command: Json) => void published.push(command.input)) as never)
    sinon.stub(events, 'send').callsFake((async (command: Json) => {
      onBus.push(...command.input.Entries)
      return { FailedEntryCount: 0 }
    }) as never)
  })
  afterEach(() => sinon.restore())

  const put = (TableName: string, Item: Json) => dynamodb.send(new PutCommand({ TableName, Item }))
  const arn = () => `${machineArn.replace(':stateMachine:', ':execution:')}:${id}`

  const ended = (status: string, more: Json = {}) => ({
    id: `event-${serial}`,
    detail: {
      executionArn: arn(),
      stateMachineArn: machineArn,
      name: id,
      status,
      startDate,
      stopDate: startDate + 42_500,
      input: JSON.stringify({ id, requestedBy: 'admin', request }),
      ...more,
    },
  })

  const record = async (): Promise<Json | undefined> =>
    (await dynamodb.send(new GetCommand({ TableName: library.mergesTable, Key: { id }, ConsistentRead: true }))).Item

  const running = (more: Json = {}) =>
    put(library.mergesTable, {
      id,
      list: 'merges',
      createdAt: '2026-03-02T10:15:00.000Z',
      updatedAt: '2026-03-02T10:15:00.000Z',
      startedAt: '2026-03-02T10:15:00.000Z',
      name: 'castle-mix',
      status: 'Merging',
      parts: 3,
      request: request,
      requestedBy: 'admin',
      executionArn: arn(),
      checkpointId: `checkpoint-${id}`,
      ...more,
    })

  const succeeded = () =>
    running({
      status: 'Succeeded',
      endedAt: '2026-03-02T10:15:42.500Z',
      result: {
        checkpointId: `checkpoint-${id}`,
        bucket: library.bucket,
        key: 'k/castle-mix.safetensors',
        size: 2_132_696_762,
        etag: '"e"',
        crc32: 'x',
      },
    })

  it('tells of a success what was made, of what, how long it took and where it is', async () => {
    await succeeded()
    await handler(ended('SUCCEEDED'))
    expect(published).to.have.lengthOf(1)
    const { TopicArn, Subject, Message } = published[0]!
    expect(TopicArn).to.equal('arn:aws:sns:us-east-1:000000000000:topic')
    expect(Subject).to.equal('Merge "castle-mix" succeeded')
    expect(Message).to.contain('Made of   0.1 × castles.safetensors + 0.9 × knights.safetensors')
    expect(Message).to.contain('Size      2.13 GB (2132696762 bytes)')
    expect(Message).to.contain('Took      42.5 s')
    expect(Message).to.contain(`Where     s3://${library.bucket}/k/castle-mix.safetensors`)
    expect(Message).to.contain(`http://127.0.0.1:3000/dev/merges/${id}`)
    expect(Message).to.contain(arn())
    expect(Message).to.contain('Asked for by admin')
  })

  it('puts one event on the bus that is as its schema says', async () => {
    await succeeded()
    await handler(ended('SUCCEEDED'))
    expect(onBus).to.have.lengthOf(1)
    expect(onBus[0]).to.include({ EventBusName: 'darkroom-test', Source: 'darkroom', DetailType: 'Merge succeeded' })
    const detail = JSON.parse(onBus[0]!.Detail)
    expect(detail).to.deep.include({ id, from: 'Merging', to: 'Succeeded', reason: null, requestedBy: 'admin' })
    const Ajv = (AjvDraft4 as unknown as { default?: unknown }).default ?? AjvDraft4
    const ajv = new (Ajv as new (options: object) => Json)({ allowUnionTypes: true, formats: { 'date-time': true } })
    const validate = ajv.compile(JSON.parse(readFileSync('events/schemas/darkroom-event.json', 'utf8')))
    expect(validate(detail), JSON.stringify(validate.errors)).to.equal(true)
  })

  it('tells of a failure what happened in words, the cause and what to do', async () => {
    await running()
    await handler(ended('FAILED', { error: 'NameTaken', cause: 'castle-mix.safetensors already exists' }))
    const { Subject, Message } = published[0]!
    expect(Subject).to.equal('Merge "castle-mix" failed')
    expect(Message).to.contain('There is a checkpoint of that name already.')
    expect(Message).to.contain('NameTaken: castle-mix.safetensors already exists')
    expect(Message).to.contain('What to do: Choose another name')
    expect(await record()).to.deep.include({
      status: 'Failed',
      endedAt: '2026-03-02T10:15:42.500Z',
      reason: { error: 'NameTaken', cause: 'castle-mix.safetensors already exists' },
    })
  })

  const statuses: [string, string, Json, string, string][] = [
    ['ABORTED', 'Stopped', { error: 'Stopped', cause: 'Stopped by admin' }, 'was stopped', 'Merge stopped'],
    ['ABORTED', 'Stopped', { error: null, cause: null }, 'was stopped', 'Merge stopped'],
    ['TIMED_OUT', 'TimedOut', {}, 'timed out', 'Merge timed out'],
    ['FAILED', 'Failed', { error: 'States.Runtime', cause: 'x' }, 'failed', 'Merge failed'],
  ]
  for (const [status, expected, more, words, detailType] of statuses) {
    it(`gives the record of an execution that ${words} (${JSON.stringify(more)}) the status ${expected} and cleans up`, async () => {
      const key = `Stable-diffusion/checkpoint/custom/checkpoint-${id}/castle-mix.safetensors`
      await s3.send(new CreateMultipartUploadCommand({ Bucket: library.bucket, Key: key }))
      await s3.send(new PutObjectCommand({ Bucket: library.bucket, Key: `merges/${id}/plan.json`, Body: '{}' }))
      await running({ upload: { bucket: library.bucket, key, uploadId: 'x' } })
      await handler(ended(status, more))
      expect(await record())
        .to.include({ status: expected })
        .and.not.to.have.property('upload')
      expect(published.map(({ Subject }) => Subject)).to.deep.equal([`Merge "castle-mix" ${words}`])
      expect(onBus.map(({ DetailType }) => DetailType)).to.deep.equal([detailType])
      expect(JSON.parse(onBus[0]!.Detail).reason.error).to.be.a('string').and.not.equal('')
      const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: library.bucket }))
      expect(Uploads).to.deep.equal([])
    })
  }

  it('makes the record of an execution that died before its first state', async () => {
    await handler(ended('FAILED', { error: 'States.Runtime', cause: 'no such table' }))
    const made = (await record())!
    expect(made).to.deep.include({ list: 'merges', status: 'Failed', name: 'castle-mix', requestedBy: 'admin' })
    expect(JSON.parse(made.request)).to.deep.equal(request)
    expect(JSON.parse(onBus[0]!.Detail).from).to.equal('Planning')
    expect(published).to.have.lengthOf(1)
  })

  it('makes no ghost of a success whose record the person has deleted', async () => {
    await handler(ended('SUCCEEDED'))
    expect([await record(), published, onBus]).to.deep.equal([undefined, [], []])
  })

  it('leaves the record of another execution alone', async () => {
    await running({ executionArn: 'arn:another' })
    await handler(ended('FAILED', { error: 'DuplicateId', cause: 'x' }))
    expect((await record())!.status).to.equal('Merging')
    expect(published).to.deep.equal([])
  })

  it('keeps a terminal status that the machine has written', async () => {
    await running({ status: 'Failed', reason: { error: 'InvalidRequest', cause: 'first' } })
    await handler(ended('FAILED', { error: 'Other', cause: 'second' }))
    expect((await record())!.reason.cause).to.equal('first')
    expect(published[0]!.Message).to.contain('InvalidRequest: first')
  })

  it('sends one mail for an event that is delivered twice, one after the other', async () => {
    await succeeded()
    await handler(ended('SUCCEEDED'))
    await handler(ended('SUCCEEDED'))
    expect([published.length, onBus.length]).to.deep.equal([1, 1])
    expect((await record())!.announcement)
      .to.include({ eventId: `event-${serial}` })
      .and.to.have.property('sentAt')
  })

  it('sends one mail for an event that is delivered five times at once, and brings the others back', async () => {
    await running()
    const deliveries = Array.from({ length: 5 }, () => handler(ended('FAILED', { error: 'NameTaken', cause: 'x' })))
    const outcomes = await Promise.allSettled(deliveries)
    expect([published.length, onBus.length]).to.deep.equal([1, 1])
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason.name).to.equal('TransientError')
    }
    await handler(ended('FAILED', { error: 'NameTaken', cause: 'x' }))
    expect(published).to.have.lengthOf(1)
  })

  it('comes back while another delivery holds the claim, and takes over from one that died', async () => {
    const claim = (age: number) => ({ eventId: 'other', claimedAt: new Date(Date.now() - age).toISOString() })
    await running({ status: 'Failed', announcement: claim(30_000) })
    const failure = await handler(ended('FAILED')).catch((error: Error) => error)
    expect(failure).to.include({ name: 'TransientError' })
    expect(published).to.deep.equal([])
    await running({ status: 'Failed', announcement: claim(80_000) })
    await handler(ended('FAILED'))
    expect(published).to.have.lengthOf(1)
  })

  it('gives the claim back when the mail cannot be sent, so that the next delivery sends it', async () => {
    await succeeded()
    const publish = sns.send as unknown as sinon.SinonStub
    publish.onFirstCall().rejects(new Error('no topic'))
    const failure = await handler(ended('SUCCEEDED')).catch((error: Error) => error.message)
    expect(failure).to.equal('no topic')
    expect(await record()).not.to.have.property('announcement')
    await handler(ended('SUCCEEDED'))
    expect(published).to.have.lengthOf(1)
  })

  it('treats an event that the bus refused as not sent', async () => {
    await succeeded()
    ;(events.send as unknown as sinon.SinonStub).onFirstCall().resolves({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: 'Throttled' }],
    })
    const failure = await handler(ended('SUCCEEDED')).catch((error: Error) => error.message)
    expect(failure).to.equal('EventBridge refused the event: Throttled')
    expect(published).to.deep.equal([])
  })

  it('tells the person even when the clean-up fails, and comes back to clean up', async () => {
    await running()
    const send = s3.send.bind(s3) as (command: unknown) => Promise<unknown>
    const stub = sinon.stub(s3, 'send').rejects(new Error('S3 is away'))
    sinon.stub(console, 'log')
    const failure = await handler(ended('ABORTED')).catch((error: Error) => error.message)
    expect(failure).to.equal('S3 is away')
    expect(published[0]!.Message).to.contain('What it had half made is still being removed.')
    stub.callsFake(send as never)
    await handler(ended('ABORTED'))
    expect(published).to.have.lengthOf(1)
  })

  it('sends no mail when the person wanted none, but the event all the same', async () => {
    await running({ request: { ...request, notify: false } })
    await handler(ended('FAILED'))
    expect([published.length, onBus.length]).to.deep.equal([0, 1])
  })

  it('says nothing about machines it does not know and executions that have not ended', async () => {
    await running()
    await handler(ended('RUNNING', { stopDate: null }))
    await handler(ended('FAILED', { stateMachineArn: 'arn:of:another' }))
    expect([published, onBus, (await record())!.status]).to.deep.equal([[], [], 'Merging'])
  })
})
