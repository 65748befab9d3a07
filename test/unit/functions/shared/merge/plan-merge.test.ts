import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { InputRole, MergePlan } from '../../../../../functions/shared/merge/plan.ts'
import { type ModelInput, planMerge, summarizePlan } from '../../../../../functions/shared/merge/plan-merge.ts'
import { canonicalJson } from '../../../../../functions/shared/merge/stored-plan.ts'
import type { MergeRequest } from '../../../../../functions/shared/merges/merge-record.ts'
import type { Dtype } from '../../../../../functions/shared/safetensors/dtype.ts'
import { layOutFile } from '../../../../../functions/shared/safetensors/write-header.ts'

type Shapes = Record<string, [dtype: Dtype, shape: number[]]>

/** A model that exists only as a header. */
function model(role: InputRole, shapes: Shapes, metadata: Record<string, string> = {}): ModelInput {
  const tensors = Object.entries(shapes).map(([name, [dtype, shape]]) => ({ name, dtype, shape }))
  const layout = layOutFile(tensors, new Map())
  const header = {
    tensors: new Map(layout.tensors.map((tensor) => [tensor.name, tensor])),
    metadata: new Map(Object.entries(metadata)),
    dataStart: layout.dataStart,
    fileSize: layout.size,
  }
  const object = { bucket: 'bucket', key: role, size: layout.size, etag: `"${role}"` }
  return { role, checkpointId: `id-${role}`, name: `${role}.safetensors`, ...object, header }
}

function plan(models: ModelInput[], request: Partial<MergeRequest> = {}): MergePlan {
  return planMerge(
    { name: 'mix', method: 'weighted-sum', primary: 'p', secondary: 's', multiplier: 0.3, ...request },
    models,
  )
}

function failureOf(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('it succeeded')
}

const operations = (made: MergePlan): Record<string, string> =>
  Object.fromEntries(made.tensors.map(({ name, operation, dtype }) => [name, `${operation} ${dtype}`]))
const metadataOf = (made: MergePlan): Record<string, string> => JSON.parse(made.header).__metadata__

const A: Shapes = {
  'model.diffusion_model.w': ['F16', [2, 3]],
  'cond_stage_model.x': ['F32', [4]],
  'model_ema.y': ['BF16', [4]],
  'only.in.primary.model': ['F32', [1]],
  betas: ['F32', [10]],
  'cond_stage_model.transformer.text_model.embeddings.position_ids': ['I64', [1, 77]],
}
const B: Shapes = { ...A, 'model_ema.y': ['F16', [4]], 'only.in.secondary.model': ['F32', [1]] }
delete B['only.in.primary.model']

describe('planMerge', () => {
  it('decides over every tensor of the primary by the rules, and drops what only others have', () => {
    expect(operations(plan([model('primary', A), model('secondary', B)]))).to.deep.equal({
      'cond_stage_model.transformer.text_model.embeddings.position_ids': 'copy I64',
      betas: 'copy F32',
      'cond_stage_model.x': 'weighted-sum F32',
      'model_ema.y': 'weighted-sum F32',
      'only.in.primary.model': 'copy F32',
      'model.diffusion_model.w': 'weighted-sum F16',
    })
  })

  it('halves what is merged from or to F32 and nothing that is copied', () => {
    const halved = operations(plan([model('primary', A), model('secondary', B)], { precision: 'half' }))
    expect(halved).to.include({ 'cond_stage_model.x': 'weighted-sum F16', 'model_ema.y': 'weighted-sum F16' })
    expect(halved).to.include({ betas: 'copy F32', 'only.in.primary.model': 'copy F32' })
  })

  it('converts every F32 tensor when there is no interpolation and half is asked for', () => {
    const made = plan([model('primary', A)], { method: 'none', precision: 'half' })
    expect(operations(made)).to.include({
      betas: 'convert F16',
      'model_ema.y': 'copy BF16',
      'model.diffusion_model.w': 'copy F16',
    })
    expect(summarizePlan(made)).to.deep.equal({ tensors: 6, merged: 0, copied: 6 })
  })

  const pairs: [Dtype, Dtype, string][] = [
    ['F16', 'F16', 'F16'],
    ['BF16', 'BF16', 'BF16'],
    ['F32', 'F32', 'F32'],
    ['F64', 'F64', 'F64'],
    ['F16', 'BF16', 'F32'],
    ['BF16', 'F16', 'F32'],
    ['F16', 'F32', 'F32'],
    ['F32', 'BF16', 'F32'],
    ['F64', 'F16', 'F64'],
    ['F32', 'F64', 'F64'],
  ]
  for (const [a, b, result] of pairs) {
    it(`promotes ${a} with ${b} to ${result}, as torch does`, () => {
      const made = plan([model('primary', { 'model.w': [a, [3]] }), model('secondary', { 'model.w': [b, [3]] })])
      expect(made.tensors[0]?.dtype).to.equal(result)
    })
  }

  it('takes the primary where either model has integers or booleans', () => {
    const shapes = (dtype: Dtype): Shapes => ({ 'model.w': ['F16', [1]], 'model.ids': [dtype, [77]] })
    for (const [a, b] of [
      ['I64', 'I64'],
      ['F16', 'I64'],
      ['I64', 'F16'],
      ['BOOL', 'F32'],
    ] as const) {
      expect(operations(plan([model('primary', shapes(a)), model('secondary', shapes(b))]))['model.ids']).to.equal(
        `copy ${a}`,
      )
    }
  })

  it('refuses F8 by name where it would be merged, and copies it elsewhere', () => {
    const shapes = (name: string): Shapes => ({ 'model.w': ['F16', [1]], [name]: ['F8_E4M3', [2]] })
    const error = failureOf(() => plan([model('primary', shapes('model.f8')), model('secondary', shapes('model.f8'))]))
    expect(error.name).to.equal('IncompatibleCheckpoints')
    expect(error.message).to.match(/convert them to F16, BF16 or F32 first: model\.f8 \(F8_E4M3\)/)
    expect(operations(plan([model('primary', shapes('other')), model('secondary', shapes('other'))])).other).to.equal(
      'copy F8_E4M3',
    )
  })

  const misfits: [title: string, a: number[], b: number[]][] = [
    ['other widths', [320, 768], [320, 1024]],
    ['what torch would broadcast', [8, 8], [8, 8, 1, 1]],
    ['a scalar against one element', [], [1]],
    ['other channels', [4, 5, 3, 3], [4, 4, 3, 3]],
    ['9 channels of which only the kernel differs', [4, 9, 3, 3], [4, 4, 1, 1]],
    ['9 against 4 in a matrix', [4, 9], [4, 4]],
  ]
  for (const [title, a, b] of misfits) {
    it(`refuses ${title}, naming the tensor and both shapes`, () => {
      const error = failureOf(() =>
        plan([model('primary', { 'model.w': ['F16', a] }), model('secondary', { 'model.w': ['F16', b] })]),
      )
      expect(error.name).to.equal('IncompatibleCheckpoints')
      expect(error.message).to.include(`model.w (primary [${a}], secondary [${b}])`)
    })
  }

  it('lists 20 offending tensors and counts the others', () => {
    const many = (width: number): Shapes =>
      Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`model.${i}`, ['F16', [width]]]))
    const error = failureOf(() => plan([model('primary', many(2)), model('secondary', many(3))]))
    expect(error.message.match(/model\.\d+ /g)).to.have.length(20)
    expect(error.message).to.match(/and 13 more$/)
  })

  it('says which way round an inpainting model has to be', () => {
    const first = (channels: number): Shapes => ({
      'model.diffusion_model.input_blocks.0.0.weight': ['F16', [320, channels, 3, 3]],
    })
    for (const channels of [9, 8]) {
      const error = failureOf(() => plan([model('primary', first(4)), model('secondary', first(channels))]))
      expect(error.message).to.match(
        /^primary must be the inpainting or instruct-pix2pix model; swap the models: model\.diffusion/,
      )
    }
    expect(plan([model('primary', first(9)), model('secondary', first(4))]).fileName).to.equal(
      'mix.inpainting.safetensors',
    )
    expect(plan([model('primary', first(8)), model('secondary', first(4))]).fileName).to.equal(
      'mix.instruct-pix2pix.safetensors',
    )
    expect(plan([model('primary', first(9)), model('secondary', first(9))]).fileName).to.equal('mix.safetensors')
  })

  it('refuses a tertiary that does not fit the secondary', () => {
    const of = (width: number): Shapes => ({ 'model.w': ['F16', [width]] })
    const models = [model('primary', of(2)), model('secondary', of(2)), model('tertiary', of(3))]
    expect(failureOf(() => plan(models, { method: 'add-difference' })).message).to.include(
      'model.w (secondary [2], tertiary [3])',
    )
  })

  it('keeps the roundings of a difference that the tertiary does not have', () => {
    const models = [
      model('primary', { 'model.w': ['F16', [2]] }),
      model('secondary', { 'model.w': ['BF16', [2]] }),
      model('tertiary', {}),
    ]
    const [tensor] = plan(models, { method: 'add-difference' }).tensors
    expect(tensor).to.include({ operation: 'add-nothing', difference: 'BF16', dtype: 'F32' })
  })

  it('refuses models of different architectures, and models that share nothing', () => {
    const sd1: Shapes = { 'cond_stage_model.transformer.text_model.w': ['F16', [2]], 'model.w': ['F16', [2]] }
    const sdxl: Shapes = { 'conditioner.embedders.1.model.w': ['F16', [2]], 'model.w': ['F16', [2]] }
    const strangers = failureOf(() => plan([model('primary', sd1), model('secondary', sdxl)]))
    expect(strangers.message).to.match(
      /different architectures \(primary is sd1, secondary is sdxl\): cond_stage_model/,
    )
    const nothing = failureOf(() =>
      plan([model('primary', { 'model.a': ['F16', [1]] }), model('secondary', { 'model.b': ['F16', [1]] })]),
    )
    expect(nothing.message).to.equal('The models share no tensor that could be merged: model.a')
  })

  it('finds text encoders under their old names, and refuses a tensor under both', () => {
    const old: Shapes = { 'cond_stage_model.transformer.encoder.w': ['F16', [2]] }
    const today: Shapes = { 'cond_stage_model.transformer.text_model.encoder.w': ['F16', [2]] }
    expect(operations(plan([model('primary', old), model('secondary', today)]))).to.deep.equal({
      'cond_stage_model.transformer.text_model.encoder.w': 'weighted-sum F16',
    })
    expect(failureOf(() => plan([model('primary', { ...old, ...today }), model('secondary', today)])).message).to.match(
      /both their old and their new name: cond_stage_model\.transformer\.text_model\.encoder\.w/,
    )
  })

  it('refuses a VAE that does not fit, and one that is none', () => {
    const primary = model('primary', { 'first_stage_model.w': ['F16', [2]], 'model.w': ['F16', [1]] })
    const bake = (shapes: Shapes) =>
      failureOf(() => plan([primary, model('bakeInVae', shapes)], { method: 'none' })).message
    expect(bake({ w: ['F16', [3]] })).to.equal(
      'The VAE does not fit into the model: first_stage_model.w (result [2], VAE [3])',
    )
    expect(bake({ 'loss.w': ['F16', [2]] })).to.match(/^bakeInVae has no tensor of the VAE/)
  })

  it('leaves out after the VAE was baked in, and never everything', () => {
    const primary = model('primary', { 'first_stage_model.w': ['F16', [2]], 'model.w': ['F16', [1]] })
    const models = [primary, model('bakeInVae', { w: ['F32', [2]] })]
    expect(operations(plan(models, { method: 'none', discardWeights: '^first' }))).to.deep.equal({
      'model.w': 'copy F16',
    })
    expect(failureOf(() => plan(models, { method: 'none', discardWeights: 'w$' })).message).to.match(
      /^discardWeights matches every tensor/,
    )
  })

  it('names a result that nobody named as the reference program does', () => {
    const models = [model('primary', A), model('secondary', B), model('tertiary', B)]
    const name = (request: Partial<MergeRequest>) => {
      const { name: _, ...rest } = { ...request, name: undefined }
      return planMerge({ method: 'weighted-sum', primary: 'p', ...rest }, models).fileName
    }
    expect(name({ multiplier: 0.3 })).to.equal('0.7(primary) + 0.3(secondary).safetensors')
    expect(name({ multiplier: 0.005 })).to.equal('0.99(primary) + 0.01(secondary).safetensors')
    expect(name({ multiplier: 1 })).to.equal('0.0(primary) + 1.0(secondary).safetensors')
    expect(name({ method: 'add-difference', multiplier: 0.25 })).to.equal(
      'primary + 0.25(secondary - tertiary).safetensors',
    )
    expect(planMerge({ method: 'none', primary: 'p' }, models.slice(0, 1)).fileName).to.equal('primary.safetensors')
  })

  it('writes the metadata of the models, later ones winning, its own format and its recipe, all as strings', () => {
    const ancestors = JSON.stringify({ old: { name: 'old.safetensors' } })
    const primary = model('primary', A, {
      format: 'tf',
      author: 'ada',
      note: '{"looks":"like json"}',
      sd_merge_models: ancestors,
    })
    const secondary = model('secondary', B, { author: 'eve', __proto__x: '1', sd_merge_recipe: '[not json' })
    const metadata = metadataOf(plan([primary, secondary]))
    expect(metadata).to.include({ format: 'pt', author: 'eve', note: '{"looks":"like json"}', __proto__x: '1' })
    expect(JSON.parse(metadata.sd_merge_recipe!)).to.include({
      interp_method: 'Weighted sum',
      multiplier: 0.3,
      save_as_half: false,
      custom_name: 'mix',
    })
    expect(Object.keys(JSON.parse(metadata.sd_merge_models!))).to.deep.equal(['id-primary', 'old', 'id-secondary'])
    expect(Object.values(metadata).every((value) => typeof value === 'string')).to.equal(true)
  })

  it('does not carry on metadata that would fill the header, nor lineage that nests without end', () => {
    const heavy = model('primary', A, {
      junk: 'x'.repeat(7 * 2 ** 20),
      sd_merge_models: `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    })
    const metadata = metadataOf(plan([heavy, model('secondary', B)]))
    expect(Object.keys(metadata)).to.deep.equal(['format', 'sd_merge_models', 'sd_merge_recipe'])
  })

  it('gives the same text for the same merge, whatever the order of the models’ keys', () => {
    const reversed = Object.fromEntries(Object.entries(A).reverse())
    const [first, second] = [A, reversed].map((shapes) =>
      canonicalJson(plan([model('primary', shapes), model('secondary', B)])),
    )
    expect(first).to.equal(second)
  })

  const SHAPES = '../shared/data'
  const real = (file: string): Shapes =>
    Object.fromEntries(
      Object.entries<number[]>(JSON.parse(readFileSync(`${SHAPES}/${file}.shapes.json`, 'utf8'))).map(
        ([name, shape]) => [name, ['F16', shape]],
      ),
    )

  it('plans SD1.5, inpainting and SDXL in their real shapes', () => {
    if (!existsSync(SHAPES)) return
    const plain = plan([model('primary', real('sd15')), model('secondary', real('sd15'))])
    expect([plain.tensors.length, plain.parts, plain.partSize % 4096]).to.deep.equal([1131, 32, 0])
    expect(plan([model('primary', real('sd15-inpainting')), model('secondary', real('sd15'))]).fileName).to.equal(
      'mix.inpainting.safetensors',
    )
    const large = plan([model('primary', real('sdxl')), model('secondary', real('sdxl'))])
    expect([large.tensors.length, large.partSize]).to.deep.equal([2515, 64 * 2 ** 20])
    expect(large.parts * large.partSize).to.be.at.least(large.size)
    const error = failureOf(() => plan([model('primary', real('sd15')), model('secondary', real('sdxl'))]))
    expect(error.message).to.match(/different shapes \(primary is sd1, secondary is sdxl\): .* and \d+ more$/)
  })
})
