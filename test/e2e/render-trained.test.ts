import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { readPng } from '../../containers/pocket/image/read-png.ts'
import { writePng } from '../../containers/pocket/image/write-png.ts'
import { applyLoras } from '../../containers/pocket/model/apply-lora.ts'
import { readCheckpoint } from '../../containers/pocket/model/checkpoint.ts'
import { generate } from '../../containers/pocket/model/generate.ts'
import type { Parameters } from '../../containers/pocket/model/parameters.ts'
import { readLora } from '../../containers/pocket/model/read-lora.ts'
import { captionMascot, drawMascot, MASCOT_PROMPTS } from '../../containers/pocket/train/draw-mascot.ts'
import { weightsPath } from '../../containers/pocket/weights/shipped-weights.ts'
import { parseLocation } from '../../functions/shared/inferences/inference-keys.ts'
import { putIntoLibrary, readObject, startMerge, untilAnnounced } from '../support/stack-library.ts'
import { deployPocket, PAINTING, type PaintOrder, paintOn } from '../support/stack-pictures.ts'
import { removeDataDirectory, type StackProcess, startStackProcess } from '../support/stack-process.ts'
import { makeDataset, startTraining, untilEnded } from '../support/stack-trainings.ts'

const BASE = 'pocket-base.safetensors'
const PROMPT = `${MASCOT_PROMPTS.instance} on orange`

describe('what was trained on the laptop stack', () => {
  let stack: StackProcess
  let endpoint: string
  let base: Parameters
  /** Files that the trainings have put into the library, by name. */
  let trained: { checkpoint: string; lora: string }
  const files = new Map<string, Buffer>()

  before(async function () {
    this.timeout(240_000)
    stack = await startStackProcess()
    const baseFile = readFileSync(weightsPath('pocket-base'))
    base = await readCheckpoint(BASE, baseFile)
    await putIntoLibrary(stack, BASE, baseFile)
    await makeDataset(stack, 'mascot', drawPictures())
    const [name, checkpoint, lora] = await Promise.all([
      deployPocket(stack, 'trained'),
      train('fox', 'dreambooth'),
      train('fox-lora', 'lora'),
    ])
    endpoint = name
    trained = { checkpoint, lora }
  })

  after(async function () {
    this.timeout(60_000)
    await stack.stop()
    removeDataDirectory(stack.directory)
  })

  /** Ten pictures with what they show. */
  const drawPictures = (): Record<string, Uint8Array | string> =>
    Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => index).flatMap((index): [string, Uint8Array | string][] => [
        [`mascot-${index}.png`, writePng(drawMascot(index))],
        [`mascot-${index}.txt`, captionMascot(index)],
      ]),
    )

  /** Trains a few steps, too few to learn much and enough to paint something else; answers the file's name. */
  async function train(name: string, method: 'dreambooth' | 'lora'): Promise<string> {
    const id = await startTraining(stack, {
      name,
      method,
      base: BASE,
      dataset: 'mascot',
      instancePrompt: MASCOT_PROMPTS.instance,
      priorPreservation: false,
      captions: true,
      steps: 12,
      batchSize: 4,
      seed: 1,
    })
    const { reason, result } = await untilEnded(stack, id)
    expect(reason, JSON.stringify(reason)).to.equal(undefined)
    const file = `${name}.safetensors`
    expect(result?.names).to.deep.equal([file])
    const { bucket, key } = parseLocation(`${result?.location}/${file}`) ?? { bucket: '', key: '' }
    files.set(file, await readObject(stack, { bucket, key }))
    return file
  }

  /** The picture that this model paints in this process: the endpoint's has to be the same, bit for bit. */
  const paintHere = (model: Parameters, prompt = PROMPT): Uint8Array => {
    const { seed, steps, cfg_scale, sampler_name, width, height } = PAINTING
    const order = { prompt, negativePrompt: '', seed, steps, guidance: cfg_scale, sampler: sampler_name, width, height }
    return generate(model, order).bytes
  }
  const modelOf = (name: string): Promise<Parameters> => readCheckpoint(name, files.get(name)!)

  async function paint(order: PaintOrder) {
    const painted = await paintOn(stack, endpoint, order)
    if ('reason' in painted) throw new Error(`${painted.reason.error}: ${painted.reason.cause}`)
    return painted
  }

  it('paints with the new checkpoint, and no longer what its base paints', async () => {
    const { picture, info } = await paint({ prompt: PROMPT, model: trained.checkpoint })
    expect(info.sd_model_name).to.equal('fox')
    expect(Buffer.compare(picture.bytes, paintHere(await modelOf(trained.checkpoint)))).to.equal(0)
    expect(Buffer.compare(picture.bytes, paintHere(base))).not.to.equal(0)
  }).timeout(60_000)

  it('merges with its base into a checkpoint that lies between them and paints', async () => {
    const id = await startMerge(stack, {
      name: 'half-a-fox',
      method: 'weighted-sum',
      multiplier: 0.5,
      primary: BASE,
      secondary: trained.checkpoint,
    })
    const { merge } = await untilAnnounced(stack, id)
    expect(merge.reason).to.equal(undefined)
    files.set('half-a-fox.safetensors', await readObject(stack, merge.result ?? { bucket: '', key: '' }))
    const [learnt, between] = await Promise.all([trained.checkpoint, 'half-a-fox.safetensors'].map(modelOf))
    let differing = 0
    for (const [name, { data }] of between!) {
      const [a, b] = [base.get(name)!.data, learnt!.get(name)!.data]
      data.forEach((value, at) => {
        const middle = (a[at]! + b[at]!) / 2
        if (a[at] !== b[at]) differing++
        if (Math.abs(value - middle) > Math.abs(middle) / 1000 + 1e-6) expect.fail(`${name}[${at}] is ${value}`)
      })
    }
    expect(differing).to.be.greaterThan(1000)
    const { picture, info } = await paint({ prompt: PROMPT, model: 'half-a-fox.safetensors' })
    expect(info.sd_model_name).to.equal('half-a-fox')
    const pictures = [base, learnt!, between!].map((model) => Buffer.from(paintHere(model)).toString('hex'))
    expect(new Set(pictures).size).to.equal(3)
    expect(Buffer.from(picture.bytes).toString('hex')).to.equal(pictures[2])
  }).timeout(60_000)

  it('paints with a trained LoRA on its base where the prompt names it, as far as it counts', async () => {
    const lora = await readLora(trained.lora, files.get(trained.lora)!)
    for (const weight of [1, -0.5, 0]) {
      const { picture, info } = await paint({
        prompt: `${PROMPT} <lora:fox-lora:${weight}>`,
        model: BASE,
        loras: [trained.lora],
      })
      const worn = applyLoras(base, [{ lora, textEncoder: weight, unet: weight }])
      expect(info.extra_generation_params['Lora hashes']).to.match(/^fox-lora: [0-9a-f]{12}$/)
      expect(Buffer.compare(picture.bytes, paintHere(worn)), `weight ${weight}`).to.equal(0)
      expect(Buffer.compare(picture.bytes, paintHere(base)) === 0, `weight ${weight}`).to.equal(weight === 0)
    }
  }).timeout(60_000)

  it('says which LoRA is missing when the request does not list it', async () => {
    const painted = await paintOn(stack, endpoint, { prompt: `${PROMPT} <lora:fox-lora:1>`, model: BASE })
    expect(painted).to.have.nested.property('reason.error', 'ModelNotFound')
    expect(painted).to.have.nested.property('reason.cause').that.contains('the LoRA fox-lora')
  }).timeout(60_000)

  it('is demonstrated by one command, which shows what was learned side by side', async () => {
    const words = ['--import', 'tsx', 'scripts/demo.ts', 'train', '--data-dir', stack.directory, '--steps', '8']
    const { stdout } = await promisify(execFile)(process.execPath, words)
    expect(stdout).to.contain('uploaded  dataset demo-').and.to.contain(': 20 files')
    expect(stdout).to.match(/✔ Train +\d/)
    expect(stdout).to.match(/Subject: Training "mascot-\w+" succeeded/)
    const sheet = readPng(readFileSync(/wrote +(\S+\.png)/.exec(stdout)?.[1] ?? ''))
    expect([sheet.width, sheet.height]).to.deep.equal([4 * 256 + 3 * 8, 3 * 256 + 2 * 8])
  }).timeout(120_000)
})
