import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { expect } from 'chai'
import sinon from 'sinon'
import { s3 } from '../../../../functions/shared/aws/s3.ts'
import { releaseName } from '../../../../functions/shared/checkpoints/name-claims.ts'
import { buildCheckpoint } from '../../../support/build-checkpoint.ts'
import { type MergeLibrary, startMergeLibrary } from '../../../support/merge-library.ts'

const weights = (width = 3) => [
  { name: 'model.diffusion_model.w', dtype: 'F16', shape: [width, 5] },
  { name: 'betas', dtype: 'F32', shape: [4] },
]
const request = { name: 'mix', method: 'weighted-sum', multiplier: 0.3, primary: 'a', secondary: 'b.safetensors' }

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => {
      throw new Error('it succeeded')
    },
    (error: Error) => error,
  )
}

describe('planStoredMerge', () => {
  let library: MergeLibrary

  before(async () => {
    library = await startMergeLibrary()
    await library.add('a', { name: 'a.safetensors', bytes: buildCheckpoint({ tensors: weights() }) })
    await library.add('b', { name: 'b.safetensors', bytes: buildCheckpoint({ tensors: weights(), seed: 2 }) })
    await library.add('wide', { name: 'wide.safetensors', bytes: buildCheckpoint({ tensors: weights(4) }) })
    await library.add(
      'early',
      { name: 'early.safetensors', bytes: buildCheckpoint({ tensors: weights() }) },
      { status: 'Initial' },
    )
    await library.add(
      'lora',
      { name: 'lora.safetensors', bytes: buildCheckpoint({ tensors: weights() }) },
      { type: 'Lora' },
    )
    await library.add(
      'secret',
      { name: 'secret.safetensors', bytes: buildCheckpoint({ tensors: weights() }) },
      { allowedRolesOrUsers: ['eve'] },
    )
    await library.add('broken', { name: 'broken.safetensors', bytes: Buffer.from('not a model at all') })
  })

  after(() => library.stop())
  afterEach(() => sinon.restore())

  it('tells where the plan lies, what the output will be and which parts there are', async () => {
    const planned = await library.plan('first', request)
    expect(planned.plan).to.include({ bucket: 'library', key: 'merges/first/plan.json' })
    expect(planned.plan.sha256).to.match(/^[0-9a-f]{64}$/)
    expect(planned.output).to.include({
      bucket: 'library',
      key: 'Stable-diffusion/checkpoint/custom/made-by-first/mix.safetensors',
    })
    expect(planned.parts).to.deep.equal([1])
    expect(planned.summary).to.include({ tensors: 2, merged: 1, copied: 1 })
    expect(planned.summary.inputs.map(({ checkpointId, name }) => [checkpointId, name])).to.deep.equal([
      ['a', 'a.safetensors'],
      ['b', 'b.safetensors'],
    ])
    await releaseName(library.checkpointsTable, 'mix.safetensors', 'made-by-first')
  })

  it('gives the same answer and the same plan when it is repeated', async () => {
    const [first, again] = [
      await library.plan('twice', { ...request, name: 'twice' }),
      await library.plan('twice', { ...request, name: 'twice' }),
    ]
    expect(again).to.deep.equal(first)
  })

  it('refuses a name that another checkpoint has', async () => {
    await library.plan('one', { ...request, name: 'castle' })
    const error = await failureOf(library.plan('other', { ...request, name: 'castle' }))
    expect(error.name).to.equal('NameTaken')
    expect(error.message).to.match(/^castle\.safetensors already exists/)
  })

  const refused: [title: string, change: Record<string, unknown>, name: string, told: RegExp][] = [
    [
      'an unknown model',
      { primary: 'nobody' },
      'CheckpointNotFound',
      /^primary: no checkpoint has the id or file name "nobody"/,
    ],
    ['a name claim in the place of an id', { primary: 'name/a.safetensors' }, 'CheckpointNotFound', /^primary: /],
    ['a model that the user may not see', { secondary: 'secret' }, 'CheckpointNotFound', /^secondary: no checkpoint/],
    [
      'a model whose upload is not complete',
      { secondary: 'early' },
      'CheckpointNotActive',
      /^secondary: .*complete its upload first/,
    ],
    ['a LoRA as model', { secondary: 'lora' }, 'InvalidRequest', /^secondary: lora is of type Lora/],
    [
      'a model as VAE',
      { bakeInVae: 'b' },
      'InvalidRequest',
      /^bakeInVae: b is of type Stable-diffusion; choose .* VAE/,
    ],
    [
      'a file that is no safetensors file',
      { secondary: 'broken' },
      'InvalidSafetensors',
      /^broken\.safetensors is not a valid/,
    ],
    [
      'models that do not fit',
      { secondary: 'wide' },
      'IncompatibleCheckpoints',
      /model\.diffusion_model\.w \(primary \[3,5\], secondary \[4,5\]\)/,
    ],
    ['no method', { method: undefined }, 'InvalidRequest', /^method is missing: give one of weighted-sum/],
    ['an unknown method', { method: 'slerp' }, 'InvalidRequest', /^method is "slerp"/],
    ['no secondary', { secondary: undefined }, 'InvalidRequest', /^secondary is missing/],
    ['no tertiary for a difference', { method: 'add-difference' }, 'InvalidRequest', /^tertiary is missing/],
    [
      'a tertiary for a sum',
      { tertiary: 'b' },
      'InvalidRequest',
      /^tertiary is given but weighted-sum does not use it/,
    ],
    ['a multiplier over 1', { multiplier: 1.1 }, 'InvalidRequest', /^multiplier is 1\.1: give a number from 0 to 1/],
    ['a multiplier that is a text', { multiplier: '0.3' }, 'InvalidRequest', /^multiplier is "0\.3"/],
    ['an unknown precision', { precision: 'quarter' }, 'InvalidRequest', /^precision is "quarter"/],
    ['no parts', { parts: 0 }, 'InvalidRequest', /^parts is 0/],
    ['a path as name', { name: '../x' }, 'InvalidRequest', /^name has characters/],
    [
      'a pattern that an automaton cannot run',
      { discardWeights: '(?=a)' },
      'InvalidRequest',
      /^discardWeights is not a pattern/,
    ],
    [
      'a pattern that matches everything',
      { discardWeights: '.' },
      'InvalidRequest',
      /^discardWeights matches every tensor/,
    ],
  ]
  for (const [title, change, name, told] of refused) {
    it(`refuses ${title} and leaves neither a plan nor a claim`, async () => {
      const error = await failureOf(library.plan('refused', { ...request, name: 'refused', ...change }))
      expect([error.name, error.message]).to.satisfy(
        ([found, message]: [string, string]) => found === name && told.test(message),
        `${error.name}: ${error.message}`,
      )
      expect(await library.keys('merges/refused')).to.deep.equal([])
      const items = await library.items(library.checkpointsTable)
      expect(JSON.stringify(items)).not.to.include('made-by-refused')
    })
  }

  it('refuses a file that was replaced after its upload', async () => {
    const bytes = buildCheckpoint({ tensors: weights() })
    await library.add('swapped', { name: 'swapped.safetensors', bytes })
    const Key = 'Stable-diffusion/checkpoint/custom/swapped/swapped.safetensors'
    await s3.send(
      new PutObjectCommand({ Bucket: 'library', Key, Body: buildCheckpoint({ tensors: weights(), seed: 5 }) }),
    )
    expect((await failureOf(library.plan('x', { ...request, secondary: 'swapped' }))).name).to.equal('InputChanged')
  })

  it('takes everything back when the merge was stopped while it was planned', async () => {
    await library.putItem(library.mergesTable, { id: 'stopped', list: 'merges', createdAt: 'x', status: 'Stopped' })
    const error = await failureOf(library.plan('stopped', { ...request, name: 'late' }))
    expect(error.message).to.match(/ended \(Stopped\)/)
    expect(await library.keys('merges/stopped')).to.deep.equal([])
    expect(JSON.stringify(await library.items(library.checkpointsTable))).not.to.include('late.safetensors')
  })

  it('calls a failure of S3 that may pass transient and keeps its cause', async () => {
    const slow = Object.assign(new Error('Reduce your request rate'), {
      name: 'SlowDown',
      $metadata: { httpStatusCode: 503 },
    })
    const send = s3.send.bind(s3) as (command: object) => Promise<unknown>
    const fake = (command: object) => (command instanceof GetObjectCommand ? Promise.reject(slow) : send(command))
    sinon.stub(s3, 'send').callsFake(fake as never)
    const error = await failureOf(library.plan('slow', request))
    expect(error.name).to.equal('TransientError')
    expect(error.cause).to.equal(slow)
  })
})
