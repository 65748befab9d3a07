import { PutObjectCommand } from '@aws-sdk/client-s3'
import { ListModelsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import {
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListStateMachinesCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn'
import { expect } from 'chai'
import { buildTarball, smallCheckpoint } from '../support/build-archive.ts'
import { eventually, listBucket, mailsAbout, putIntoLibrary } from '../support/stack-library.ts'
import { removeDataDirectory, type StackProcess, startStackProcess } from '../support/stack-process.ts'

interface ModelView {
  id: string
  status: string
  reason?: { error: string; cause: string }
}

/** A state of the machine's definition, as far as it is looked into. */
type State = Record<string, unknown> & { Next?: string; Default?: string; Choices?: { Next: string }[] }
type Definition = Record<string, unknown> & { States: Record<string, State> }

const PAUSE = 'Pause for the test'

describe('a packaged model that something happens to', () => {
  let stack: StackProcess
  let sagemaker: SageMakerClient
  let machineArn: string
  let shipped: Definition

  before(async function () {
    this.timeout(180_000)
    stack = await startStackProcess()
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    sagemaker = new SageMakerClient({ endpoint: stack.file.endpoint, region: 'us-east-1', credentials })
    await putIntoLibrary(stack, 'castle.safetensors', smallCheckpoint(1))
    const { stateMachines = [] } = await stack.sfn.send(new ListStateMachinesCommand({}))
    machineArn = stateMachines.find(({ name }) => name?.startsWith('CreateModel'))?.stateMachineArn ?? ''
    const { definition = '' } = await stack.sfn.send(new DescribeStateMachineCommand({ stateMachineArn: machineArn }))
    shipped = JSON.parse(definition)
  })

  after(async function () {
    this.timeout(60_000)
    await stack.stop()
    removeDataDirectory(stack.directory)
  })

  /** From now on the machine waits so long before this state. */
  async function pauseBefore(state: string, seconds: number): Promise<void> {
    const { States, ...machine } = structuredClone(shipped)
    for (const one of Object.values(States)) {
      if (one.Next === state) one.Next = PAUSE
      if (one.Default === state) one.Default = PAUSE
      for (const choice of one.Choices ?? []) if (choice.Next === state) choice.Next = PAUSE
    }
    States[PAUSE] = { Type: 'Wait', Seconds: seconds, Next: state }
    await install({ ...machine, States })
  }

  async function install(definition: object): Promise<void> {
    const change = { stateMachineArn: machineArn, definition: JSON.stringify(definition) }
    await stack.sfn.send(new UpdateStateMachineCommand(change))
  }

  const untilPaused = (id: string): Promise<true> =>
    eventually(async () => {
      const executionArn = `${machineArn.replace(':stateMachine:', ':execution:')}:${id}`
      const { events = [] } = await stack.sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }))
      return events.some(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name === PAUSE) ? true : undefined
    })
  const make = async (body: object): Promise<string> =>
    (await stack.api.call<ModelView>('POST', '/models', body)).data.id
  const ended = (id: string): Promise<ModelView> =>
    eventually(async () => {
      const { data } = await stack.api.call<ModelView>('GET', `/models/${id}`)
      return data.status === 'Creating' ? undefined : data
    })
  const untilNothingLeft = (name: string): Promise<true> =>
    eventually(async () => {
      const { keys, uploads } = await listBucket(stack)
      const { Models = [] } = await sagemaker.send(new ListModelsCommand({ NameContains: `-model-${name}` }))
      const left = [...keys.filter((key) => key.startsWith(`models/${name}/`)), ...uploads, ...Models]
      return left.length === 0 ? true : undefined
    })
  const untilFree = (name: string): Promise<string> =>
    eventually(async () => make({ name, checkpoints: ['castle.safetensors'], notify: false }).catch(() => undefined))
  const expectOneMail = async (id: string, words: string): Promise<void> => {
    const mail = await eventually(async () => (await mailsAbout(stack, id))[0])
    expect(mail.subject).to.contain(words)
    expect(await mailsAbout(stack, id)).to.have.length(1)
  }

  const STAGES: [string, 'checkpoints' | 'tarball'][] = [
    ['Made of a tarball?', 'checkpoints'],
    ['Resolve artifacts', 'checkpoints'],
    ['Copy artifacts', 'checkpoints'],
    ['Write manifest', 'checkpoints'],
    ['Create model', 'checkpoints'],
    ['Mark active', 'checkpoints'],
    ['Check tarball', 'tarball'],
    ['Write manifest', 'tarball'],
  ]
  for (const [index, [state, content]] of STAGES.entries()) {
    it(`leaves nothing when it is stopped before "${state}" of ${content}, and its name is free again`, async () => {
      await pauseBefore(state, 300)
      const name = `stop-${index}`
      const Key = 'packs/good.tar.gz'
      const Body = await buildTarball([['Stable-diffusion/castle.safetensors', smallCheckpoint(1)]])
      await stack.s3.send(new PutObjectCommand({ Bucket: stack.file.bucket, Key, Body }))
      const source = content === 'tarball' ? { source: `s3://${stack.file.bucket}/${Key}` } : {}
      const body = content === 'tarball' ? source : { checkpoints: ['castle.safetensors'] }
      const id = await make({ name, ...body })
      await untilPaused(id)
      expect((await stack.api.call('DELETE', `/models/${id}`)).status).to.equal(202)
      const model = await ended(id)
      expect(model).to.deep.include({ id, status: 'Stopped' })
      expect(model.reason?.cause).to.contain('was deleted by admin while it was being made')
      await untilNothingLeft(name)
      await expectOneMail(id, 'was stopped')
      await install(shipped)
      const second = await untilFree(name)
      expect((await ended(second)).status).to.equal('Active')
      for (const one of [id, second]) await stack.api.call('DELETE', `/models/${one}`)
      await untilNothingLeft(name)
      const { keys } = await listBucket(stack)
      expect(keys.filter((key) => key.includes('castle.safetensors') || key === Key)).to.have.length(2)
    }).timeout(60_000)
  }

  it('fails with the file’s name when a checkpoint is deleted in the middle, and leaves nothing', async () => {
    const lost = await putIntoLibrary(stack, 'lost.safetensors', smallCheckpoint(2))
    await pauseBefore('Copy artifacts', 3)
    const id = await make({ name: 'lost', checkpoints: ['castle.safetensors', lost] })
    await untilPaused(id)
    await stack.api.call('DELETE', '/checkpoints', { checkpoint_id_list: [lost] })
    const { status, reason } = await ended(id)
    expect([status, reason]).to.deep.equal([
      'Failed',
      { error: 'CheckpointNotFound', cause: 'lost.safetensors was deleted while it was being copied' },
    ])
    await untilNothingLeft('lost')
    await expectOneMail(id, 'failed')
  }).timeout(60_000)
})
