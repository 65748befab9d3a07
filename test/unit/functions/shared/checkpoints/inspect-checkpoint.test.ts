import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { weightsPath } from '../../../../../containers/pocket/weights/shipped-weights.ts'
import { detectFamily, detectVariant } from '../../../../../functions/shared/checkpoints/detect-family.ts'
import { inspectCheckpoint } from '../../../../../functions/shared/checkpoints/inspect-checkpoint.ts'
import { createMemorySource } from '../../../../../functions/shared/objects/byte-source.ts'
import { buildCheckpoint } from '../../../../support/build-checkpoint.ts'

const headerOf = (shapes: Record<string, number[]>) => ({
  tensors: new Map(
    Object.entries(shapes).map(([name, shape]) => [name, { dtype: 'F16' as const, shape, begin: 0, end: 0 }]),
  ),
})

describe('inspectCheckpoint', () => {
  it('sums up tensors, parameters and bytes of each type', async () => {
    const bytes = buildCheckpoint({
      tensors: [
        { name: 'model.diffusion_model.input_blocks.0.0.weight', dtype: 'F16', shape: [2, 9, 3, 3] },
        { name: 'cond_stage_model.transformer.text_model.x', dtype: 'F32', shape: [5] },
        { name: 'scalar', dtype: 'F16', shape: [] },
      ],
    })
    expect(await inspectCheckpoint(createMemorySource('x', bytes, '"e"'))).to.deep.equal({
      family: 'sd1',
      variant: 'inpainting',
      size: bytes.length,
      etag: '"e"',
      tensors: 3,
      parameters: 168,
      bytesByDtype: { F16: 326, F32: 20 },
    })
  })

  it('refuses what is no safetensors file', async () => {
    const error = await inspectCheckpoint(createMemorySource('x', Buffer.from('PK\u0003\u0004 a zip file'))).catch(
      (failure) => failure,
    )
    expect(error.name).to.equal('InvalidSafetensors')
  })
})

describe('detectFamily', () => {
  const cases: [string, Record<string, number[]>][] = [
    ['sd1', { 'cond_stage_model.transformer.text_model.w': [1] }],
    ['sd2', { 'cond_stage_model.model.transformer.w': [1] }],
    ['sdxl', { 'conditioner.embedders.1.model.w': [1], 'conditioner.embedders.0.transformer.w': [1] }],
    [
      'sdxl-refiner',
      { 'conditioner.embedders.0.model.transformer.w': [1], 'model.diffusion_model.label_emb.0.0.weight': [1] },
    ],
    ['sd1', { 'model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight': [320, 768] }],
    ['sd2', { 'model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight': [320, 1024] }],
    ['sdxl', { 'model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight': [640, 2048] }],
    ['sd3', { 'model.diffusion_model.joint_blocks.0.w': [1] }],
    ['flux', { 'double_blocks.0.w': [1] }],
    [
      'pocket',
      {
        'cond_stage_model.token_embedding.weight': [176, 32],
        'model.diffusion_model.palette.weight': [128, 12],
        'model.diffusion_model.layout.weight': [128, 1024],
      },
    ],
    ['unknown', { 'model.diffusion_model.palette.weight': [128, 12], 'model.diffusion_model.layout.weight': [128] }],
    ['lora', { 'lora_unet_stem.lora_up.weight': [20, 4] }],
    ['lora', { 'lora_unet_x.lora_up.weight': [1] }],
    ['vae', { 'encoder.conv_in.weight': [1], 'decoder.conv_in.weight': [1] }],
    ['controlnet', { 'control_model.w': [1] }],
    ['embedding', { emb_params: [1, 768] }],
    ['unknown', { w: [1] }],
  ]
  for (const [family, shapes] of cases) {
    it(`finds ${family} in ${Object.keys(shapes)[0]}`, () => {
      expect(detectFamily(headerOf(shapes))).to.equal(family)
    })
  }

  it('knows the shipped pocket models', async () => {
    const families = await Promise.all(
      (['pocket-base', 'pocket-pastel'] as const).map(async (name) => {
        const source = createMemorySource(name, readFileSync(weightsPath(name)))
        return (await inspectCheckpoint(source)).family
      }),
    )
    expect(families).to.deep.equal(['pocket', 'pocket'])
  })

  it('knows the real models', () => {
    const read = (file: string) => headerOf(JSON.parse(readFileSync(`../shared/data/${file}.shapes.json`, 'utf8')))
    if (!existsSync('../shared/data')) return
    expect(['sd15', 'sd15-inpainting', 'sdxl'].map((file) => detectFamily(read(file)))).to.deep.equal([
      'sd1',
      'sd1',
      'sdxl',
    ])
    expect(['sd15', 'sd15-inpainting', 'sdxl'].map((file) => detectVariant(read(file)))).to.deep.equal([
      'plain',
      'inpainting',
      'plain',
    ])
  })
})
