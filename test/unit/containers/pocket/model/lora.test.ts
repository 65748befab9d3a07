import { expect } from 'chai'
import { applyLoras } from '../../../../../containers/pocket/model/apply-lora.ts'
import { LORA_MODULES } from '../../../../../containers/pocket/model/lora-modules.ts'
import { initialParameters, PARAMETERS } from '../../../../../containers/pocket/model/parameters.ts'
import { readLora } from '../../../../../containers/pocket/model/read-lora.ts'
import { type FloatTensor, floatTensorsFile, pocketLoraTensors } from '../../../../support/pocket-lora.ts'

const STEM = 'lora_unet_stem'
const WINDOW = 'lora_te_window'
const STEM_WEIGHT = 'model.diffusion_model.stem.weight'
const WINDOW_WEIGHT = 'cond_stage_model.window.weight'
const model = initialParameters(1)

const read = (tensors: Record<string, FloatTensor>) => readLora('a.safetensors', floatTensorsFile(tensors))

/** W + weight · alpha / rank · (up · down)ᵀ at one place, from the tensors as the file has them. */
function changedValue(
  tensors: Record<string, FloatTensor>,
  module: string,
  at: [input: number, output: number],
): number {
  const { parameter, inputs, outputs } = LORA_MODULES.get(module)!
  const [down, up] = ['down', 'up'].map((half) => tensors[`${module}.lora_${half}.weight`]!)
  const rank = down!.shape[0]!
  const [input, output] = at
  let sum = 0
  for (let r = 0; r < rank; r++)
    sum += Math.fround(up!.values[output * rank + r]!) * Math.fround(down!.values[r * inputs + input]!)
  return model.get(parameter)!.data[input * outputs + output]! + (sum * tensors[`${module}.alpha`]!.values[0]!) / rank
}

describe('LoRAs of the pocket model', () => {
  it('have a name for every weight, and no two the same', () => {
    const weights = [...PARAMETERS.keys()].filter((name) => name.endsWith('.weight'))
    expect([...LORA_MODULES.values()].map(({ parameter }) => parameter)).deep.equal(weights)
    expect(LORA_MODULES.get('lora_unet_out_condition')).deep.equal({
      parameter: 'model.diffusion_model.out.condition.weight',
      part: 'unet',
      inputs: 128,
      outputs: 40,
    })
    expect(LORA_MODULES.get('lora_te_token_embedding')?.part).equal('textEncoder')
  })

  it('add weight · alpha / rank · (up · down)ᵀ to each weight, and leave the model as it was', async () => {
    const tensors = pocketLoraTensors([STEM, WINDOW], 1)
    tensors[`${STEM}.alpha`] = { shape: [1], values: [0.5] }
    const before = model.get(STEM_WEIGHT)!.data.slice()
    const worn = applyLoras(model, [{ lora: await read(tensors), textEncoder: 1, unet: 1 }])
    for (const [module, parameter] of [
      [STEM, STEM_WEIGHT],
      [WINDOW, WINDOW_WEIGHT],
    ] as const) {
      const { outputs } = LORA_MODULES.get(module)!
      for (const at of [
        [0, 0],
        [3, 1],
        [7, 17],
      ] as [number, number][]) {
        const value = worn.get(parameter)!.data[at[0] * outputs + at[1]]
        expect(value).closeTo(changedValue(tensors, module, at), 1e-6)
      }
    }
    expect(model.get(STEM_WEIGHT)!.data).deep.equal(before)
    expect(worn.get('model.diffusion_model.out.weight')).equal(model.get('model.diffusion_model.out.weight'))
  })

  it('take alpha for the rank where it is missing', async () => {
    const tensors = pocketLoraTensors([STEM], 1)
    const { [`${STEM}.alpha`]: _, ...bare } = tensors
    const [withAlpha, without] = await Promise.all([tensors, bare].map(read))
    expect(without).deep.equal(withAlpha)
  })

  it('count by part, below zero too, and sum up', async () => {
    const lora = await read(pocketLoraTensors([STEM, WINDOW], 1))
    const stemOf = (...weights: [textEncoder: number, unet: number][]): Float32Array =>
      applyLoras(
        model,
        weights.map(([textEncoder, unet]) => ({ lora, textEncoder, unet })),
      ).get(STEM_WEIGHT)!.data
    expect(stemOf([1, 0])).equal(model.get(STEM_WEIGHT)!.data)
    expect(stemOf([0, 0.25], [0, 0.75])).deep.equal(stemOf([0, 1]))
    expect(stemOf([0, 1], [0, -1])).deep.equal(model.get(STEM_WEIGHT)!.data)
    expect(stemOf([0, -1])).not.deep.equal(stemOf([0, 1]))
  })

  it('change nothing at all at weight 0', async () => {
    const lora = await read(pocketLoraTensors([STEM], 1))
    expect(applyLoras(model, [{ lora, textEncoder: 0, unet: -0 }])).equal(model)
    expect(applyLoras(model, [])).equal(model)
  })

  const good = pocketLoraTensors([STEM], 1)
  const down = `${STEM}.lora_down.weight`
  const up = `${STEM}.lora_up.weight`
  const WRONG: [what: string, tensors: Record<string, FloatTensor>, message: RegExp][] = [
    ['no tensor', {}, /^a\.safetensors: it is no LoRA, because it has no tensor$/],
    [
      'a module of another model',
      { ...good, 'lora_unet_mid_block_x.alpha': { shape: [], values: [1] } },
      /no LoRA for the pocket model, which has no place for lora_unet_mid_block_x\.alpha/,
    ],
    ['a checkpoint’s tensors', { [STEM_WEIGHT]: { shape: [1], values: [1] } }, /no place for model\.diffusion_model/],
    ['another kind of change', { ...good, [`${STEM}.dora_scale`]: { shape: [1], values: [1] } }, /dora_scale/],
    ['one half only', { [down]: good[down]! }, /it lacks lora_unet_stem\.lora_up\.weight/],
    ['the other half only', { [up]: good[up]! }, /it lacks lora_unet_stem\.lora_down\.weight/],
    [
      'another rank in each half',
      { ...good, [up]: { shape: [20, 1], values: new Array(20).fill(1) } },
      /shape \[20,1\]/,
    ],
    [
      'another width',
      { ...good, [down]: { shape: [2, 3], values: new Array(6).fill(1) } },
      /shape \[2,3\], the pocket/,
    ],
    ['the rank 0', { [down]: { shape: [0, 36], values: [] }, [up]: { shape: [20, 0], values: [] } }, /rank 0|shape/],
    ['a number that is none', { ...good, [`${STEM}.alpha`]: { shape: [], values: [Number.NaN] } }, /not finite/],
    ['two alphas', { ...good, [`${STEM}.alpha`]: { shape: [2], values: [1, 1] } }, /alpha has the shape \[2\]/],
  ]
  for (const [what, tensors, message] of WRONG) {
    it(`are refused with ${what}`, async () => {
      const error = await read(tensors).then(
        () => expect.fail('it was taken'),
        (cause: Error) => cause,
      )
      expect(error.name).equal('NotPocketLora')
      expect(error.message).match(message)
    })
  }

  it('are refused when the file is none of safetensors', async () => {
    const error = await readLora('a.safetensors', Buffer.from('no file of tensors')).catch((cause: Error) => cause)
    expect(error).include({ name: 'NotPocketLora' })
    expect((error as Error).message).match(/^a\.safetensors is not a valid safetensors file/)
  })
})
