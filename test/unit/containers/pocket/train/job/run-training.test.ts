import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { writePng } from '../../../../../../containers/pocket/image/write-png.ts'
import { readCheckpoint } from '../../../../../../containers/pocket/model/checkpoint.ts'
import { PARAMETERS } from '../../../../../../containers/pocket/model/parameters.ts'
import { readLora } from '../../../../../../containers/pocket/model/read-lora.ts'
import { drawMascot } from '../../../../../../containers/pocket/train/draw-mascot.ts'
import { mergeRange } from '../../../../../../functions/shared/merge/merge-range.ts'
import { planMerge } from '../../../../../../functions/shared/merge/plan-merge.ts'
import { createMemorySource } from '../../../../../../functions/shared/objects/byte-source.ts'
import { readHeader } from '../../../../../../functions/shared/safetensors/read-header.ts'
import { createTrainingRoot, type TrainingRoot } from '../../../../../support/pocket-training.ts'

const headerOf = (file: Uint8Array) => readHeader(createMemorySource('fox.safetensors', file))
const outputsOf = async ({ directory }: TrainingRoot) => (await readdir(directory.model)).sort()

describe('a training of the pocket model', function () {
  this.timeout(60_000)
  let training: TrainingRoot
  const create = async (changes: Readonly<Record<string, unknown>> = {}): Promise<TrainingRoot> => {
    training = await createTrainingRoot(changes)
    return training
  }

  afterEach(() => training.remove())

  it('writes a model with the tensors of its base, in F16, that tells how it came about', async () => {
    await create()
    expect(await training.train()).equal('finished')
    expect(await outputsOf(training)).deep.equal(['fox.safetensors'])
    const file = await training.output('fox.safetensors')
    const { tensors, metadata } = await headerOf(file)
    expect([...tensors.keys()].sort()).deep.equal([...PARAMETERS.keys()].sort())
    expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).deep.equal(new Set(['F16']))
    expect(Object.fromEntries(metadata)).include({
      'darkroom.training': 't1',
      'modelspec.title': 'fox',
      'modelspec.trigger_phrase': 'a sks ball',
      ss_steps: '2',
      ss_seed: '1337',
      ss_sd_model_name: 'pocket-base.safetensors',
    })
  })

  it('merges with its base into a model that lies between', async () => {
    await create()
    await training.train()
    const files = [await training.baseFile(), await training.output('fox.safetensors')]
    const sources = files.map((file, at) => createMemorySource(`${at}.safetensors`, file))
    const inputs = await Promise.all(
      sources.map(async ({ name, size, etag }, at) => {
        const role = at === 0 ? ('primary' as const) : ('secondary' as const)
        return {
          role,
          checkpointId: `${at}`,
          name,
          bucket: 'b',
          key: name,
          size,
          etag,
          header: await headerOf(files[at]!),
        }
      }),
    )
    const plan = planMerge({ name: 'm', method: 'weighted-sum', multiplier: 0.5, primary: '0', secondary: '1' }, inputs)
    const merged = new Uint8Array(plan.size)
    await mergeRange({ plan, sources, begin: 0, into: merged })
    const [base, fox, between] = await Promise.all([...files, merged].map((file) => readCheckpoint('m', file)))
    let moved = 0
    for (const [name, { data }] of between!) {
      data.forEach((value, at) => {
        const [from, to] = [base!.get(name)!.data[at]!, fox!.get(name)!.data[at]!]
        if (from !== to) moved++
        if (Math.abs(value - (from + to) / 2) > 2e-3)
          expect.fail(`${name}[${at}] is ${value}, not between ${from} and ${to}`)
      })
    }
    expect(moved).greaterThan(100_000)
  })

  it('gives the same bytes for the same plan, and others for another seed', async () => {
    const run = async (changes: Readonly<Record<string, unknown>>): Promise<Buffer> => {
      await create({ priorPreservation: { weight: 1, images: 2 }, flip: true, ...changes })
      await training.train()
      const file = await training.output('fox.safetensors')
      await training.remove()
      return file
    }
    const [first, second, third] = [await run({}), await run({}), await run({ seed: 7 })]
    expect(first.equals(second)).equal(true)
    expect(first.equals(third)).equal(false)
  })

  for (const changes of [
    {},
    { method: 'lora', lora: { rank: 4, alpha: 2 }, gradientAccumulation: 2, lrScheduler: 'cosine' },
  ]) {
    it(`goes on where it was stopped, as if it had not been (${JSON.stringify(changes)})`, async () => {
      await create({ steps: 5, ...changes })
      await training.train()
      const whole = await training.output('fox.safetensors')
      await training.remove()
      await create({ steps: 5, ...changes })
      expect(await training.train({ stopAfter: 2 })).equal('stopped')
      expect(await outputsOf(training)).deep.equal(['fox-step00000002.safetensors'])
      expect(await training.train()).equal('finished')
      expect(training.lines).include('resumed at step 2')
      expect((await training.output('fox.safetensors')).equals(whole)).equal(true)
    })
  }

  it('writes a checkpoint every so many steps, and brings them back where the model directory was lost', async () => {
    await create({ steps: 5, checkpointEvery: 2 })
    await training.train({ stopAfter: 3 })
    await rm(training.directory.model, { recursive: true })
    await training.train()
    expect(await outputsOf(training)).deep.equal([
      'fox-step00000002.safetensors',
      'fox-step00000004.safetensors',
      'fox.safetensors',
    ])
    const { metadata } = await headerOf(await training.output('fox-step00000004.safetensors'))
    expect(metadata.get('ss_steps')).equal('4')
  })

  it('starts anew where the state is of another training or broken, and says so', async () => {
    await create({ steps: 3 })
    await training.train({ stopAfter: 1 })
    await training.plan({ steps: 3, learningRate: 0.002 })
    await training.train()
    expect(training.lines.join('\n'))
      .match(/the training starts anew: it is of another training/)
      .not.match(/resumed/)
    const state = join(training.directory.checkpoints, 'training-state.safetensors')
    const bytes = await readFile(state)
    await rm(state)
    await training.putState(bytes.subarray(0, bytes.length / 2))
    expect(await training.train()).equal('finished')
  })

  it('tells its progress in lines that metrics are read from', async () => {
    await create({ steps: 4, learningRate: 0.00002, lrScheduler: 'linear' })
    await training.train()
    const lines = training.lines.filter((line) => line.startsWith('progress'))
    const read = (pattern: RegExp): (string | undefined)[] => lines.map((line) => pattern.exec(line)?.[1])
    expect(read(/progress step=([0-9]+)/)).deep.equal(['1', '2', '3', '4'])
    expect(read(/progress step=[0-9]+ of=([0-9]+)/)).deep.equal(['4', '4', '4', '4'])
    expect(read(/ lr=([0-9.eE+-]+)/)).deep.equal(['0.00002', '0.000015', '0.00001', '0.000005'])
    for (const loss of read(/loss=([0-9.eE+-]+)/)) expect(Number(loss)).within(0.001, 3)
  })

  it('paints class images of its own, or takes those that are given', async () => {
    await create({ priorPreservation: { weight: 1, images: 3 } })
    await training.train()
    expect(training.lines).include('painting class images 3/3')
    training.lines.length = 0
    await training.put('class', 'a.png', writePng(drawMascot(0)))
    await training.train()
    expect(training.lines.filter((line) => line.startsWith('painting'))).deep.equal([])
  })

  it('writes a LoRA of the rank and alpha that were asked for', async () => {
    await create({ method: 'lora', lora: { rank: 6, alpha: 3 }, savePrecision: 'fp32' })
    await training.train()
    const file = await training.output('fox.safetensors')
    const lora = await readLora('fox', file)
    expect(lora.every(({ rank, scale }) => rank === 6 && scale === 0.5)).equal(true)
    expect(
      lora.some(({ module, up }) => module.parameter.includes('token_embedding') && up.some((value) => value !== 0)),
    ).equal(true)
    const { tensors, metadata } = await headerOf(file)
    expect(tensors.get('lora_unet_stem.alpha')).include({ dtype: 'F32' })
    expect(Object.fromEntries(metadata)).include({
      ss_network_dim: '6',
      ss_network_alpha: '3',
      'modelspec.architecture': 'pocket-1/lora',
    })
  })

  it('leaves the text encoder alone when that is not to be trained', async () => {
    await create({ trainTextEncoder: false })
    await training.train()
    const [base, fox] = [await training.baseFile(), await training.output('fox.safetensors')]
    const [before, after] = [await readCheckpoint('a', base), await readCheckpoint('b', fox)]
    const changed = [...before].filter(
      ([name, { data }]) => !Buffer.from(data.buffer).equals(Buffer.from(after.get(name)!.data.buffer)),
    )
    expect(changed.length).greaterThan(30)
    expect(changed.map(([name]) => name).filter((name) => name.startsWith('cond_stage_model.'))).deep.equal([])
    await training.plan({ trainTextEncoder: false, method: 'lora' })
    await training.train()
    const parts = (await readLora('b', await training.output('fox.safetensors'))).map(({ module }) => module.part)
    expect(new Set(parts)).deep.equal(new Set(['unet']))
  })
})
