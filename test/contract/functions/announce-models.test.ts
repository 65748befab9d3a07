import '../../support/product-environment.ts'
import { readFileSync } from 'node:fs'
import AjvDraft4 from 'ajv-draft-04'
import { expect } from 'chai'
import sinon from 'sinon'
import { events } from '../../../functions/shared/aws/events.ts'
import { sagemaker } from '../../../functions/shared/aws/sagemaker.ts'
import { sns } from '../../../functions/shared/aws/sns.ts'
import { claimModelName, findNameHolder } from '../../../functions/shared/models/name-claims.ts'
import { handler } from '../../../functions/subscribers/announce/handler.ts'
import { smallCheckpoint } from '../../support/build-archive.ts'
import { MACHINE, type ModelLibrary, startModelLibrary } from '../../support/model-library.ts'

// biome-ignore lint/suspicious/noExplicitAny: commands are looked into field by field
type Json = Record<string, any>

const startDate = Date.parse('2026-03-02T10:15:01.000Z')
const both = { checkpoints: ['c-1'], loras: ['hat.safetensors'] }
let serial = 0

function validatorOfEvents(): (detail: unknown) => string {
  const Ajv = (AjvDraft4 as unknown as { default?: unknown }).default ?? AjvDraft4
  const ajv = new (Ajv as new (options: object) => Json)({ allowUnionTypes: true, formats: { 'date-time': true } })
  const validate = ajv.compile(JSON.parse(readFileSync('events/schemas/darkroom-event.json', 'utf8')))
  return (detail) => (validate(detail) ? '' : JSON.stringify(validate.errors))
}

describe('The announcements of packaged models, on real tables and a real bucket', () => {
  const problemsOf = validatorOfEvents()
  let library: ModelLibrary
  let mails: Json[]
  let onBus: Json[]
  let toSageMaker: sinon.SinonStub
  let id: string

  before(async () => {
    library = await startModelLibrary()
    await library.add('c-1', { name: 'castle.safetensors', bytes: smallCheckpoint(1) })
    await library.add('l-1', { name: 'hat.safetensors', bytes: smallCheckpoint(2) }, { type: 'Lora' })
    await library.putItem(library.accountsTable, { id: 'user/ada', kind: 'user', roles: [] })
  })
  after(() => library.stop())
  beforeEach(() => {
    mails = []
    onBus = []
    id = `model-${++serial}`
    toSageMaker = sinon.stub(sagemaker, 'send').resolves({})
    sinon.stub(sns, 'send').callsFake((async (command: Json) => void mails.push(command.input)) as never)
    sinon.stub(events, 'send').callsFake((async (command: Json) => {
      onBus.push(...command.input.Entries)
      return { FailedEntryCount: 0 }
    }) as never)
  })
  afterEach(() => sinon.restore())

  const ended = (status: string, more: Json = {}) => ({
    id: `event-${id}`,
    detail: {
      executionArn: `${MACHINE}:${id}`,
      stateMachineArn: MACHINE.replace(':execution:', ':stateMachine:'),
      name: id,
      status,
      startDate,
      stopDate: startDate + 20_000,
      input: JSON.stringify({ id, requestedBy: 'ada', request: library.requestFor(id, both) }),
      ...more,
    },
  })
  const detail = (): Json => JSON.parse(onBus[0]?.Detail ?? '{}')
  const halfMade = async (more = {}) => {
    await library.record(id, library.requestFor(id, both, more))
    await library.resolve(id)
    await library.copy(id, { file: 0 })
  }

  it('say what is in it, how much that is and how to deploy it', async () => {
    await library.make(id, library.requestFor(id, both))
    await handler(ended('SUCCEEDED'))
    expect(onBus.map(({ DetailType }) => DetailType)).to.deep.equal(['Model creation succeeded'])
    expect(problemsOf(detail())).to.equal('')
    expect(detail()).to.include({
      lifecycle: 'create-model',
      id,
      from: 'Creating',
      to: 'Succeeded',
      requestedBy: 'ada',
    })
    expect(detail().links.output).to.equal(`s3://library/models/${id}/`)
    expect(mails).to.have.length(1)
    expect(mails[0]?.Subject).to.equal(`Model "${id}" succeeded`)
    for (const words of [
      `Your model "${id}" is ready.`,
      'in 2 files',
      '20 s',
      'Stable-diffusion/castle.safetensors',
      'Lora/hat.safetensors',
      `POST /endpoints with "model": "${id}"`,
      '"instance_type":"ml.c6i.xlarge"',
      `/models/${id}`,
      'Asked for by ada',
    ]) {
      expect(mails[0]?.Message).to.contain(words)
    }
    await handler(ended('SUCCEEDED'))
    expect(mails).to.have.length(1)
  })

  it('shorten the list of a model of many files', async () => {
    const model = await library.make(id, library.requestFor(id, both))
    const files = Array.from({ length: 30 }, (_, i) => ({ folder: 'Lora', name: `l-${i}.safetensors`, size: 10 }))
    await library.putItem(library.modelsTable, { ...model, files })
    await handler(ended('SUCCEEDED'))
    expect(mails[0]?.Message).to.contain('in 30 files').and.contain('and 18 more, see manifest.json')
  })

  it('keep silent where no mail was wanted, but not on the bus', async () => {
    await library.make(id, library.requestFor(id, both, { notify: false }))
    await handler(ended('SUCCEEDED'))
    expect(mails).to.deep.equal([])
    expect(onBus).to.have.length(1)
  })

  for (const [status, outcome, error, words] of [
    ['ABORTED', 'Stopped', 'Stopped', 'was stopped'],
    ['TIMED_OUT', 'TimedOut', 'States.Timeout', 'timed out'],
    ['FAILED', 'Failed', 'InputChanged', 'failed'],
  ] as const) {
    it(`clean up after a creation that ${words}, and say so`, async () => {
      await halfMade()
      await handler(ended(status, { error, cause: 'because' }))
      const record = await library.read(id)
      expect(record).to.deep.include({ status: outcome, reason: { error, cause: 'because' } })
      expect(record).to.have.property('goneAt')
      expect(await library.keys(`models/${id}/`)).to.deep.equal([])
      expect(await findNameHolder(library.modelsTable, id)).to.equal(undefined)
      expect(await library.keys('Lora/checkpoint/custom/l-1/')).to.have.length(1)
      expect(problemsOf(detail())).to.equal('')
      expect(detail()).to.deep.include({ to: outcome, reason: { error, cause: 'because' } })
      expect(mails[0]?.Subject).to.equal(`Model "${id}" ${words}`)
      expect(mails[0]?.Message)
        .to.contain('because')
        .and.contain('checkpoints: c-1; loras: hat.safetensors')
        .and.contain('Nothing half-made was left behind')
    })
  }

  it('tell the news although cleaning up fails, and ask for another delivery', async () => {
    await halfMade()
    toSageMaker.rejects(Object.assign(new Error('away'), { name: 'ServiceUnavailable' }))
    const failure = await handler(ended('ABORTED')).catch((error: Error) => error)
    expect((failure as Error).name).to.equal('TransientError')
    expect(mails[0]?.Message).to.contain('is still being removed')
    toSageMaker.resolves({})
    await handler(ended('ABORTED'))
    expect(mails).to.have.length(1)
    expect(await library.keys(`models/${id}/`)).to.deep.equal([])
  })

  it('record an execution that died before its first state, and give back the name that was taken for it', async () => {
    const context = { modelsTable: library.modelsTable, clock: { now: () => startDate } }
    await claimModelName(context, id, id)
    await handler(ended('FAILED', { error: 'States.Runtime', cause: 'no' }))
    expect(await library.read(id)).to.deep.include({ status: 'Failed', name: id, createdBy: 'ada' })
    expect(await findNameHolder(library.modelsTable, id)).to.equal(undefined)
    expect(mails).to.have.length(1)
  })

  it('survive an input that is none of ours', async () => {
    await handler(ended('FAILED', { input: '{}', error: 'States.Runtime', cause: 'no' }))
    expect(mails[0]?.Subject).to.equal(`Model "${id}" failed`)
  })

  it('believe the record where the model is active though its execution ended badly', async () => {
    await library.make(id, library.requestFor(id, both))
    await handler(ended('ABORTED'))
    expect(mails[0]?.Subject).to.equal(`Model "${id}" succeeded`)
    expect((await library.read(id))?.status).to.equal('Active')
    expect(await library.keys(`models/${id}/`)).to.have.length(3)
  })

  it('say nothing of a model that is deleted, being deleted or another execution’s', async () => {
    await handler(ended('SUCCEEDED'))
    await library.make(id, library.requestFor(id, both))
    await library.setStatus(id, 'Deleting')
    await handler(ended('SUCCEEDED'))
    await handler(ended('FAILED', { executionArn: `${MACHINE}:other` }))
    expect(onBus).to.deep.equal([])
    expect(mails).to.deep.equal([])
  })
})
