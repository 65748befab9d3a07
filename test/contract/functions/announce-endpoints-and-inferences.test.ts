import '../../support/product-environment.ts'
import { readFileSync } from 'node:fs'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import AjvDraft4 from 'ajv-draft-04'
import { expect } from 'chai'
import sinon from 'sinon'
import { dynamodb } from '../../../functions/shared/aws/dynamodb.ts'
import { events } from '../../../functions/shared/aws/events.ts'
import { sns } from '../../../functions/shared/aws/sns.ts'
import { states } from '../../../functions/shared/aws/states.ts'
import { handler } from '../../../functions/subscribers/announce/handler.ts'
import { inferenceLibrary } from '../../support/inference-library.ts'
import { type LibraryFixture, startLibrary } from '../../support/library-fixture.ts'

// biome-ignore lint/suspicious/noExplicitAny: items and commands are looked into field by field
type Json = Record<string, any>

const startDate = Date.parse('2026-03-02T10:15:01.000Z')
const stopped = { error: 'Stopped', cause: 'Stopped by admin' }
let serial = 0

function validatorOfEvents(): (detail: unknown) => string {
  const Ajv = (AjvDraft4 as unknown as { default?: unknown }).default ?? AjvDraft4
  const ajv = new (Ajv as new (options: object) => Json)({ allowUnionTypes: true, formats: { 'date-time': true } })
  const validate = ajv.compile(JSON.parse(readFileSync('events/schemas/darkroom-event.json', 'utf8')))
  return (detail) => (validate(detail) ? '' : JSON.stringify(validate.errors))
}

describe('The announcements of endpoints and inferences, on real tables and a real bucket', () => {
  const problemsOf = validatorOfEvents()
  let library: LibraryFixture
  let shelf: ReturnType<typeof inferenceLibrary>
  let mails: Json[]
  let onBus: Json[]
  let toStates: sinon.SinonStub
  let id: string

  before(async () => {
    library = await startLibrary()
    shelf = inferenceLibrary(library)
  })
  after(() => library.stop())
  beforeEach(() => {
    mails = []
    onBus = []
    id = `job-${++serial}`
    sinon.stub(sns, 'send').callsFake((async (command: Json) => void mails.push(command.input)) as never)
    sinon.stub(events, 'send').callsFake((async (command: Json) => {
      onBus.push(...command.input.Entries)
      return { FailedEntryCount: 0 }
    }) as never)
    toStates = sinon.stub(states, 'send').resolves({} as never)
  })
  afterEach(() => sinon.restore())

  const put = (TableName: string, Item: Json) => dynamodb.send(new PutCommand({ TableName, Item }))
  const endpointItem = async (key: string): Promise<Json | undefined> =>
    (await dynamodb.send(new GetCommand({ TableName: library.endpointsTable, Key: { id: key } }))).Item

  function ended(machine: string, status: string, more: Json = {}) {
    const machineArn = `arn:aws:states:us-east-1:000000000000:stateMachine:${machine}`
    return {
      id: `event-${id}`,
      detail: {
        executionArn: `${machineArn.replace(':stateMachine:', ':execution:')}:${id}`,
        stateMachineArn: machineArn,
        name: id,
        status,
        startDate,
        stopDate: startDate + 20_000,
        input: JSON.stringify({ id, requestedBy: 'admin', request: {} }),
        ...more,
      },
    }
  }

  const detail = (): Json => JSON.parse(onBus[0]?.Detail ?? '{}')

  describe('of an inference', () => {
    const done = {
      status: 'succeed',
      completedAt: '2026-03-02T10:15:09.500Z',
      imageNames: ['image_0.png', 'image_1.png'],
    }

    it('put an event on the bus, and send a mail only where one was asked for', async () => {
      await shelf.inference(id, { ...done, prompt: 'a red circle' })
      await handler(ended('async-inference', 'SUCCEEDED'))
      expect(onBus.map(({ DetailType }) => DetailType)).to.deep.equal(['Inference succeeded'])
      expect(problemsOf(detail())).to.equal('')
      expect(detail()).to.deep.include({
        lifecycle: 'async-inference',
        name: 'a red circle',
        to: 'Succeeded',
        reason: null,
      })
      expect(mails).to.deep.equal([])
    })

    it('tell in the mail what was asked for, where the images are and how long it took, once', async () => {
      const models = {
        'Stable-diffusion': [{ id: 'c', model_name: 'a.safetensors', s3: 's', type: 'Stable-diffusion' }],
      }
      await shelf.inference(id, { ...done, prompt: 'a "red" circle 🏰', notify: true, models })
      await handler(ended('async-inference', 'SUCCEEDED'))
      await handler(ended('async-inference', 'SUCCEEDED'))
      expect(mails).to.have.length(1)
      const { Subject, Message } = mails[0]!
      expect(Subject).to.match(/^Ready: "a "red" circle \?"$/)
      for (const words of [
        'Your 2 images are ready.',
        'a "red" circle 🏰',
        'a.safetensors',
        `s3://library/out/${id}/result/image_0.png`,
        `s3://library/out/${id}/result/image_1.png`,
        'Took       8.5 s',
        `http://127.0.0.1:3000/dev/inferences/${id}`,
      ]) {
        expect(Message).to.contain(words)
      }
    })

    it('tell of a failure always, with what to do', async () => {
      const reason = { error: 'OutOfMemory', cause: 'no room' }
      await shelf.inference(id, {
        status: 'failed',
        reason,
        completedAt: '2026-03-02T10:15:09.500Z',
        prompt: 'x'.repeat(80),
      })
      await handler(ended('async-inference', 'FAILED', { error: 'OutOfMemory', cause: 'no room' }))
      const { Subject, Message } = mails[0]!
      expect(Subject).to.equal(`"${'x'.repeat(50)}..." failed`)
      expect(Message).to.contain('The GPU has too little memory').and.to.contain('OutOfMemory: no room')
      expect(Message).to.contain('What to do: Ask for smaller or fewer images.')
      expect(problemsOf(detail())).to.equal('')
    })

    for (const [status, more, error] of [
      ['ABORTED', stopped, 'Stopped'],
      ['TIMED_OUT', {}, 'States.Timeout'],
      ['FAILED', { error: 'States.Runtime', cause: 'x' }, 'States.Runtime'],
    ] as const) {
      it(`give a running one the status failed when its execution ends ${status}, and clean up`, async () => {
        await shelf.inference(id, { taskToken: 't' })
        await shelf.putObject(`out/${id}/result/image_0.png`, 'x')
        await shelf.putObject(`inference_input/${id}.json`, 'x')
        await handler(ended('async-inference', status, more))
        const record = await shelf.read(id)
        expect(record).to.include({ status: 'failed', completedAt: '2026-03-02T10:15:21.000Z' })
        expect(record?.reason?.error).to.equal(error)
        expect(record?.sagemakerRaw).to.match(new RegExp(`^${error}: .`))
        expect(record).not.to.have.property('taskToken')
        expect([...(await shelf.keys(`out/${id}/`)), ...(await shelf.keys(`inference_input/${id}`))]).to.deep.equal([])
        expect(mails).to.have.length(status === 'ABORTED' ? 0 : 1)
        expect(problemsOf(detail())).to.equal('')
      })
    }

    it('end one that was stopped before its execution had claimed it', async () => {
      await shelf.inference(id, { status: 'created', executionArn: undefined, startedAt: undefined })
      await handler(ended('async-inference', 'ABORTED', stopped))
      expect(await shelf.read(id)).to.deep.include({ status: 'failed', reason: stopped })
    })

    it('bring no deleted one back, and leave another execution’s alone', async () => {
      await handler(ended('async-inference', 'ABORTED', stopped))
      expect(await shelf.read(id)).to.equal(undefined)
      await shelf.inference(id, { executionArn: 'arn:another' })
      await handler(ended('async-inference', 'FAILED', { error: 'AlreadyStarted', cause: 'x' }))
      expect((await shelf.read(id))?.status).to.equal('inprogress')
      expect([mails, onBus]).to.deep.equal([[], []])
    })
  })

  describe('of an endpoint', () => {
    const arn = (machine: string) => `arn:aws:states:us-east-1:000000000000:execution:${machine}:${id}`
    const deployed = (more: Json = {}) =>
      shelf.endpoint(id, {
        name: 'darkroom-test-async-x',
        executionArn: arn('deploy-endpoint'),
        startedAt: '2026-03-02T10:15:01.000Z',
        autoscaling: true,
        minInstances: 0,
        maxInstances: 2,
        modelName: 'm',
        configName: 'c',
        ...more,
      })
    const deletion = (more: Json = {}) =>
      put(library.endpointsTable, {
        id,
        list: 'deletions',
        createdAt: '2026-03-02T10:15:01.000Z',
        updatedAt: '2026-03-02T10:15:01.000Z',
        startedAt: '2026-03-02T10:15:01.000Z',
        endpointId: 'e-9',
        name: 'darkroom-test-async-x',
        status: 'Deleting',
        requestedBy: 'admin',
        executionArn: arn('delete-endpoint'),
        ...more,
      })

    it('tell that it is in service, how it scales and what it costs', async () => {
      await deployed()
      await handler(ended('deploy-endpoint', 'SUCCEEDED'))
      await handler(ended('deploy-endpoint', 'SUCCEEDED'))
      expect(mails).to.have.length(1)
      const { Subject, Message } = mails[0]!
      expect(Subject).to.equal('Endpoint "darkroom-test-async-x" is in service')
      expect(Message).to.contain('1 × ml.g5.xlarge').and.to.contain('from 0 to 2 instances').and.to.contain('20 s')
      expect(Message).to.contain('Without work it has no instances')
      expect(onBus[0]!.DetailType).to.equal('Endpoint deployment succeeded')
      expect(problemsOf(detail())).to.equal('')
    })

    it('send no mail where none was wanted', async () => {
      await deployed({ notify: false })
      await handler(ended('deploy-endpoint', 'SUCCEEDED'))
      expect([mails.length, onBus.length]).to.deep.equal([0, 1])
    })

    it('tell of a failure the reason and the way out', async () => {
      const reason = { error: 'QuotaExceeded', cause: 'The account-level service limit is 0 Instances.' }
      await deployed({ status: 'Failed', reason, goneAt: '2026-03-02T10:15:20.000Z' })
      await handler(ended('deploy-endpoint', 'FAILED', reason))
      const { Subject, Message } = mails[0]!
      expect(Subject).to.equal('Endpoint "darkroom-test-async-x" could not be deployed')
      expect(Message).to.contain('service limit is 0').and.to.contain('Ask for a higher quota')
      expect(Message).to.contain('What it had half made is deleted')
      expect(problemsOf(detail())).to.equal('')
      expect(toStates.callCount).to.equal(0)
    })

    it('fail one whose execution was stopped, and have everything of it unmade', async () => {
      await deployed({ status: 'Creating', taskToken: 't' })
      await handler(ended('deploy-endpoint', 'ABORTED', stopped))
      expect(await endpointItem(id)).to.deep.include({ status: 'Failed', reason: stopped })
      const { input } = toStates.firstCall.args[0]
      expect(JSON.parse(input.input).request).to.deep.include({ endpointId: id, unmakes: true })
      expect(detail()).to.deep.include({ to: 'Stopped', reason: stopped })
      expect(mails).to.have.length(1)
    })

    it('leave it to the deletion to tell of one that was deleted while it was being created', async () => {
      await deployed({ status: 'Deleting' })
      await handler(ended('deploy-endpoint', 'ABORTED', { error: 'EndpointGone', cause: 'x' }))
      expect([mails, onBus]).to.deep.equal([[], []])
    })

    it('tell of one that died before its first state', async () => {
      const request = { name: 'darkroom-test-async-y', roles: ['R'], instanceType: 'ml.g5.xlarge', instanceCount: 1 }
      const input = JSON.stringify({ id, requestedBy: 'admin', request })
      await handler(ended('deploy-endpoint', 'FAILED', { error: 'States.Runtime', cause: 'no table', input }))
      expect(await endpointItem(id)).to.deep.include({ list: 'endpoints', status: 'Failed', name: request.name })
      expect(mails).to.have.length(1)
    })

    it('tell that it is deleted, and why where nobody asked', async () => {
      await deletion({ status: 'Deleted', why: 'unused for 4 hours' })
      await handler(ended('delete-endpoint', 'SUCCEEDED'))
      const { Subject, Message } = mails[0]!
      expect(Subject).to.equal('Endpoint "darkroom-test-async-x" deleted')
      expect(Message).to.contain('unused for 4 hours').and.to.contain('It costs nothing any more')
      expect(problemsOf(detail())).to.equal('')
    })

    it('tell nothing of what only unmakes, or found nothing to delete', async () => {
      await handler(ended('delete-endpoint', 'SUCCEEDED'))
      await deletion({ status: 'Deleted', unmakes: true })
      await handler(ended('delete-endpoint', 'SUCCEEDED'))
      expect([mails, onBus]).to.deep.equal([[], []])
    })

    it('have a deletion that was stopped done once more', async () => {
      await put(library.endpointsTable, { id: 'e-9', list: 'endpoints', status: 'Deleting', name: 'x', roles: [] })
      await deletion()
      await handler(ended('delete-endpoint', 'ABORTED', stopped))
      expect(await endpointItem(id)).to.deep.include({ status: 'Failed', reason: stopped })
      expect(toStates.firstCall.args[0].input.name).to.equal(`${id}-again`)
      expect(mails[0]!.Message).to.contain('it is being deleted once more')
      expect(problemsOf(detail())).to.equal('')
    })

    it('say of a deletion that failed what may still cost money', async () => {
      await deletion()
      await handler(ended('delete-endpoint', 'FAILED', { error: 'DeletionFailed', cause: 'Cannot delete model' }))
      expect(mails[0]!.Message).to.contain('may still cost money').and.to.contain('Cannot delete model')
      expect(toStates.callCount).to.equal(0)
    })
  })
})
