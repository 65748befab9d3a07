import '../../support/product-environment.ts'
import { readFileSync } from 'node:fs'
import AjvDraft4 from 'ajv-draft-04'
import { expect } from 'chai'
import sinon from 'sinon'
import { events } from '../../../functions/shared/aws/events.ts'
import { sns } from '../../../functions/shared/aws/sns.ts'
import type { TrainingRecord } from '../../../functions/shared/trainings/training-record.ts'
import { handler } from '../../../functions/subscribers/announce/handler.ts'
import { type LibraryFixture, startLibrary } from '../../support/library-fixture.ts'
import { CHECKPOINT_ID, fakeJobs, jobOf, trainingLibrary } from '../../support/training-library.ts'

// biome-ignore lint/suspicious/noExplicitAny: items and commands are looked into field by field
type Json = Record<string, any>

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:train-dreambooth'
const startDate = Date.parse('2026-03-02T10:15:00.000Z')

const plan = {
  family: 'sd1',
  base: { checkpointId: 'base', name: 'castle.safetensors', size: 5, etag: '"e"' },
  dataset: { name: 'dogs', images: 12, captions: 0 },
  imageUri: 'darkroom/pocket',
  instanceTypes: ['ml.g5.2xlarge'],
  jobNamePrefix: 'p',
  config: { instancePrompt: 'a sks dog', steps: 800 },
} as unknown as NonNullable<TrainingRecord['plan']>

const result = {
  checkpointId: CHECKPOINT_ID,
  names: ['corgi.safetensors', 'corgi-step00000400.safetensors'],
  location: 's3://library/Stable-diffusion/checkpoint/custom/x/job/output/model',
  size: 2_132_625_918,
  unregistered: 3,
  step: 800,
  steps: 800,
  loss: 0.081234,
}

describe('The announcements of trainings, on real tables and a real bucket', () => {
  let library: LibraryFixture
  let shelf: ReturnType<typeof trainingLibrary>
  let jobs: ReturnType<typeof fakeJobs>
  let mails: Json[]
  let onBus: Json[]
  const id = 'corgi'

  beforeEach(async () => {
    library = await startLibrary()
    shelf = trainingLibrary(library)
    jobs = fakeJobs()
    mails = []
    onBus = []
    sinon.stub(sns, 'send').callsFake((async (command: Json) => void mails.push(command.input)) as never)
    sinon.stub(events, 'send').callsFake((async (command: Json) => {
      onBus.push(...command.input.Entries)
      return { FailedEntryCount: 0 }
    }) as never)
  })
  afterEach(async () => {
    sinon.restore()
    await library.stop()
  })

  const ended = (status: string, more: Json = {}): Parameters<typeof handler>[0] =>
    ({
      id: `event-${status}`,
      detail: {
        executionArn: `${MACHINE.replace(':stateMachine:', ':execution:')}:${id}`,
        stateMachineArn: MACHINE,
        name: id,
        status,
        startDate,
        stopDate: startDate + 200_000,
        input: JSON.stringify({
          id,
          requestedBy: 'anna',
          request: { name: id, base: 'b', dataset: 'd', method: 'lora' },
        }),
        ...more,
      },
    }) as Parameters<typeof handler>[0]

  const record = (more: Partial<TrainingRecord> = {}) =>
    shelf.training(id, { plan, attempt: 1, jobName: jobOf(id), instanceType: 'ml.g5.2xlarge', ...more })

  it('tells what came out, where it is and what to do with it, once', async () => {
    await record({ status: 'Succeeded', endedAt: '2026-03-02T10:18:20.000Z', result })
    await handler(ended('SUCCEEDED'))
    await handler(ended('SUCCEEDED'))
    expect(mails).to.have.length(1)
    expect(mails[0]?.Subject).to.equal('Training "corgi" succeeded')
    for (const words of [
      'Dreambooth',
      'castle.safetensors',
      'dogs, 12 pictures',
      'a sks dog',
      '800',
      '0.0812',
      '3 min 20 s',
      'corgi.safetensors',
      '2.13 GB',
      `${result.location}/corgi.safetensors`,
      '1 from on the way',
      '3 more files',
      '"Stable-diffusion": ["corgi.safetensors"]',
      'Asked for by anna',
    ]) {
      expect(mails[0]?.Message).to.contain(words)
    }
    expect(onBus).to.have.length(1)
    expect(onBus[0]?.DetailType).to.equal('Training succeeded')
    const detail = JSON.parse(onBus[0]?.Detail)
    expect(detail).to.deep.include({
      lifecycle: 'train-dreambooth',
      id,
      from: 'Training',
      to: 'Succeeded',
      reason: null,
    })
    const Ajv = (AjvDraft4 as unknown as { default?: unknown }).default ?? AjvDraft4
    const ajv = new (Ajv as new (options: object) => Json)({ allowUnionTypes: true, formats: { 'date-time': true } })
    const validate = ajv.compile(JSON.parse(readFileSync('events/schemas/darkroom-event.json', 'utf8')))
    expect(validate(detail), JSON.stringify(validate.errors)).to.equal(true)
  })

  it('tells how a LoRA is used', async () => {
    const { request } = await record()
    await record({
      status: 'Succeeded',
      endedAt: '2026-03-02T10:18:20.000Z',
      result,
      request: { ...request, method: 'lora' },
    })
    await handler(ended('SUCCEEDED'))
    expect(mails[0]?.Message).to.contain('a sks dog <lora:corgi:1>')
  })

  it('tells why it failed, how far it came and what to do', async () => {
    const reason = { error: 'OutOfMemory', cause: 'exit code: 137' }
    const job = { name: jobOf(id), status: 'Failed', secondaryStatus: 'Failed', transitions: [], step: 12 }
    await record({ status: 'Failed', endedAt: '2026-03-02T10:18:20.000Z', reason, job })
    await handler(ended('FAILED', { error: 'OutOfMemory', cause: 'exit code: 137' }))
    expect(mails[0]?.Subject).to.equal('Training "corgi" failed')
    for (const words of [
      'OutOfMemory: exit code: 137',
      'step 12 of 800',
      'ml.g5.2xlarge',
      'What to do: Name a larger instance type',
      'as they were',
    ]) {
      expect(mails[0]?.Message).to.contain(words)
    }
    expect(JSON.parse(onBus[0]?.Detail).reason).to.deep.equal(reason)
  })

  it('tells how far it came although the last event is not on the record', async () => {
    const reason = { error: 'TrainingFailed', cause: 'NaN' }
    await record({ status: 'Failed', endedAt: '2026-03-02T10:18:20.000Z', reason })
    jobs.add(id, 'Failed', { FinalMetricDataList: [{ MetricName: 'train:step', Value: 77 }] })
    await handler(ended('FAILED'))
    expect(mails[0]?.Message).to.contain('step 77 of 800')
  })

  for (const error of [
    'UnreadableImages',
    'TrainingFailed',
    'TrainingRefused',
    'NoUsableOutput',
    'CapacityUnavailable',
    'QuotaExceeded',
    'MaxRuntimeExceeded',
    'MaxWaitTimeExceeded',
    'JobStopped',
    'UntrainableBase',
    'DatasetNotFound',
    'DatasetNotEnabled',
    'NameTaken',
    'CheckpointNotFound',
    'TrainingNotFound',
  ]) {
    it(`has words of its own for ${error}`, async () => {
      await record({ status: 'Failed', endedAt: '2026-03-02T10:18:20.000Z', reason: { error, cause: 'c' } })
      await handler(ended('FAILED'))
      expect(mails[0]?.Message).not.to.contain('Something went wrong that should not')
    })
  }

  it('ends the record of a stopped training, stops its job, cleans up, and comes back until the job is gone', async () => {
    await record({ status: 'Training' })
    const job = jobs.add(id, 'InProgress')
    const key = `Stable-diffusion/checkpoint/custom/${CHECKPOINT_ID}/${job}/output/model/corgi.safetensors`
    await shelf.putObject(key, 'half')
    const event = ended('ABORTED', { error: 'Stopped', cause: 'Stopped by anna' })
    const failure = await handler(event).then(
      () => undefined,
      (error: Error) => error,
    )
    expect(failure?.name).to.equal('TransientError')
    expect(jobs.stopped).to.deep.equal([job])
    expect(await shelf.read(id)).to.deep.include({
      status: 'Stopped',
      reason: { error: 'Stopped', cause: 'Stopped by anna' },
    })
    expect(await shelf.keys()).to.deep.equal([])
    jobs.add(id, 'Stopped')
    await shelf.putObject(key, 'late')
    await handler(event)
    expect(await shelf.keys()).to.deep.equal([])
    expect(mails).to.have.length(1)
    expect(mails[0]?.Message).to.contain('still being removed')
  })

  it('ends the record of one that took too long', async () => {
    await record({ status: 'Training' })
    jobs.add(id, 'Failed')
    await handler(ended('TIMED_OUT'))
    expect(await shelf.read(id)).to.include({ status: 'TimedOut', endedAt: '2026-03-02T10:18:20.000Z' })
    expect(mails[0]?.Subject).to.equal('Training "corgi" timed out')
  })

  it('says so when the checkpoint is in the library although the training failed after that', async () => {
    await record({ status: 'Failed', endedAt: '2026-03-02T10:18:20.000Z', result, reason: { error: 'X', cause: 'y' } })
    await handler(ended('FAILED'))
    expect(mails[0]?.Message).to.contain('in the library all the same: corgi.safetensors')
  })

  it('tells of one that failed before its record was written', async () => {
    await handler(ended('FAILED', { error: 'States.Runtime', cause: 'no role' }))
    expect(await shelf.read(id)).to.deep.include({ status: 'Failed', requestedBy: 'anna', checkpointId: '' })
    expect(mails[0]?.Message).to.contain('States.Runtime: no role').and.to.contain('LoRA')
    expect(JSON.parse(onBus[0]?.Detail).from).to.equal('Preparing')
  })

  it('says nothing of one that was deleted, or of another execution’s', async () => {
    await handler(ended('ABORTED'))
    await handler(ended('SUCCEEDED'))
    await record({ status: 'Training', executionArn: 'other' })
    await handler(ended('FAILED'))
    expect([mails.length, onBus.length]).to.deep.equal([0, 0])
    expect((await shelf.read(id))?.status).to.equal('Training')
  })

  it('sends no mail to who deletes what runs, but to whom somebody else deletes it', async () => {
    await record({ status: 'Training' })
    await handler(ended('ABORTED', { error: 'Stopped', cause: 'Deleted by anna' }))
    expect([mails.length, onBus.length]).to.deep.equal([0, 1])
    await record({ status: 'Training' })
    await handler(ended('ABORTED', { error: 'Stopped', cause: 'Deleted by admin' }))
    expect(mails[0]?.Message).to.contain('Deleted by admin')
  })

  it('sends no mail where none was wanted, and still puts the event on the bus', async () => {
    const { request } = await record()
    await record({
      status: 'Succeeded',
      endedAt: '2026-03-02T10:18:20.000Z',
      result,
      request: { ...request, notify: false },
    })
    await handler(ended('SUCCEEDED'))
    expect([mails.length, onBus.length]).to.deep.equal([0, 1])
  })
})
