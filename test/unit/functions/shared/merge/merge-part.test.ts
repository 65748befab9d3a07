import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { mergePart } from '../../../../../functions/shared/merge/merge-part.ts'
import { mergeRange } from '../../../../../functions/shared/merge/merge-range.ts'
import { createMemorySource } from '../../../../../functions/shared/objects/byte-source.ts'
import { readHeader } from '../../../../../functions/shared/safetensors/read-header.ts'
import { buildCheckpoint, type TensorSpec } from '../../../../support/build-checkpoint.ts'
import { type ReferenceRecipe, readReferenceFile, referenceMerge } from '../../../../support/reference-merge.ts'
import { createMemorySink, type Files, mergeFiles, openFiles, planFiles } from '../../../../support/run-merge.ts'

const TYPES = ['F16', 'BF16', 'F32', 'F64'] as const
const FIRST = 'model.diffusion_model.input_blocks.0.0.weight'

const weights = (dtype: string, extra: TensorSpec[] = []): TensorSpec[] => [
  { name: 'model.diffusion_model.a.weight', dtype, shape: [9, 19] },
  { name: 'model.diffusion_model.b.bias', dtype, shape: [7] },
  { name: 'cond_stage_model.logit_scale', dtype, shape: [] },
  { name: 'first_stage_model.encoder.conv', dtype, shape: [5, 3] },
  { name: 'model_ema.empty', dtype, shape: [0, 4] },
  ...extra,
]

async function expectSameAsReference(files: Files, recipe: ReferenceRecipe): Promise<void> {
  const { output } = await mergeFiles(files, {
    method: recipe.method,
    multiplier: recipe.multiplier,
    precision: recipe.half ? 'half' : 'keep',
    ...(recipe.discard === undefined ? {} : { discardWeights: recipe.discard.source }),
  })
  const { dataStart, fileSize } = await readHeader(createMemorySource('output', output))
  const [a, b, c] = [files.primary, files.secondary, files.tertiary].map((file) =>
    file === undefined ? new Map() : readReferenceFile(file),
  )
  const vae = files.bakeInVae === undefined ? {} : { vae: readReferenceFile(files.bakeInVae) }
  const expected = Buffer.from(referenceMerge(a!, b!, c!, { ...recipe, ...vae }))
  const data = output.subarray(dataStart)
  expect(fileSize).to.equal(output.length)
  expect(data.length).to.equal(expected.length)
  const differs = data.findIndex((byte, index) => byte !== expected[index])
  expect(differs, `byte ${differs} of the data`).to.equal(-1)
}

describe('mergePart', () => {
  for (const aType of TYPES) {
    for (const bType of TYPES) {
      it(`sums ${aType} and ${bType} as the independent implementation does, kept and halved`, async () => {
        const primary = buildCheckpoint({ tensors: weights(aType), seed: 11 })
        const secondary = buildCheckpoint({ tensors: weights(bType), seed: 22, shuffle: true, padding: 3 })
        for (const multiplier of [0, 0.3, 0.5, 1]) {
          for (const half of [false, true]) {
            await expectSameAsReference({ primary, secondary }, { method: 'weighted-sum', multiplier, half })
          }
        }
      })
    }

    for (const [bType, cType] of [
      ['F16', 'F16'],
      ['BF16', 'BF16'],
      ['F32', 'F32'],
      ['F16', 'BF16'],
      ['F32', 'F16'],
      ['F64', 'BF16'],
    ] as const) {
      it(`adds the difference of ${bType} and ${cType} to ${aType} as the independent implementation does`, async () => {
        const only = [{ name: 'model.only.in.a.and.b', dtype: bType, shape: [33] }]
        const primary = buildCheckpoint({
          tensors: weights(aType, [{ ...only[0]!, dtype: aType }]),
          seed: 1,
          padding: 1,
        })
        const secondary = buildCheckpoint({ tensors: weights(bType, only), seed: 2 })
        const tertiary = buildCheckpoint({ tensors: weights(cType), seed: 3, shuffle: true })
        for (const multiplier of [0, 0.3, 1]) {
          for (const half of [false, true]) {
            await expectSameAsReference(
              { primary, secondary, tertiary },
              { method: 'add-difference', multiplier, half },
            )
          }
        }
      })
    }
  }

  for (const channels of [9, 8]) {
    for (const [aType, bType] of [
      ['F16', 'F16'],
      ['F16', 'F32'],
      ['F32', 'F16'],
      ['BF16', 'F16'],
      ['F32', 'F64'],
      ['F16', 'F64'],
      ['F64', 'F16'],
    ] as const) {
      it(`merges only the latent channels of a ${aType} model of ${channels} with a ${bType} model of 4`, async () => {
        const first = (dtype: string, count: number) => ({ name: FIRST, dtype, shape: [6, count, 3, 3] })
        const primary = buildCheckpoint({ tensors: weights(aType, [first(aType, channels)]), seed: 5 })
        const secondary = buildCheckpoint({ tensors: weights(bType, [first(bType, 4)]), seed: 6, padding: 2 })
        const tertiary = buildCheckpoint({ tensors: weights('F16', [first('F16', 4)]), seed: 7 })
        for (const half of [false, true]) {
          await expectSameAsReference({ primary, secondary }, { method: 'weighted-sum', multiplier: 0.35, half })
          await expectSameAsReference(
            { primary, secondary, tertiary },
            { method: 'add-difference', multiplier: 0.8, half },
          )
        }
      })
    }
  }

  const mixed: TensorSpec[] = [
    ...weights('F32'),
    { name: 'cond_stage_model.transformer.text_model.embeddings.position_ids', dtype: 'I64', shape: [1, 77] },
    { name: 'model.ids', dtype: 'I32', shape: [5] },
    { name: 'model.flag', dtype: 'BOOL', shape: [3] },
    { name: 'model.only.in.primary', dtype: 'F32', shape: [19] },
    { name: 'alphas_cumprod', dtype: 'F32', shape: [31] },
  ]
  const others = mixed.filter(({ name }) => name !== 'model.only.in.primary')

  it('takes from the primary what has no partner, no "model" in its name, or is no float', async () => {
    const primary = buildCheckpoint({ tensors: mixed, seed: 1 })
    const secondary = buildCheckpoint({
      tensors: [...others, { name: 'model.only.in.secondary', dtype: 'F32', shape: [2] }],
      seed: 2,
    })
    for (const half of [false, true])
      await expectSameAsReference({ primary, secondary }, { method: 'weighted-sum', multiplier: 0.3, half })
  })

  it('bakes in a VAE and then leaves out what the pattern matches', async () => {
    const primary = buildCheckpoint({ tensors: mixed, seed: 1 })
    const secondary = buildCheckpoint({ tensors: others, seed: 2 })
    const bakeInVae = buildCheckpoint({
      tensors: [
        { name: 'encoder.conv', dtype: 'F32', shape: [5, 3] },
        { name: 'loss.logvar', dtype: 'F32', shape: [1] },
        { name: 'unknown', dtype: 'F32', shape: [1] },
      ],
      seed: 3,
    })
    for (const half of [false, true]) {
      const recipe = { multiplier: 0.3, half, discard: /^(alphas|model_ema)/ }
      await expectSameAsReference({ primary, secondary, bakeInVae }, { method: 'weighted-sum', ...recipe })
      await expectSameAsReference({ primary, bakeInVae }, { method: 'none', ...recipe })
    }
  })

  it('converts without a second model', async () => {
    const primary = buildCheckpoint({
      tensors: [...mixed, ...weights('F64').map((spec) => ({ ...spec, name: `x.${spec.name}` }))],
      padding: 5,
    })
    for (const half of [false, true])
      await expectSameAsReference({ primary }, { method: 'none', multiplier: 0.3, half })
  })

  it('gives the same file in 1, 2, 3, 7 and 32 parts', async () => {
    const tensors = (dtype: string) => [...weights(dtype), { name: 'model.big', dtype, shape: [301, 429] }]
    const files = {
      primary: buildCheckpoint({ tensors: tensors('F16') }),
      secondary: buildCheckpoint({ tensors: tensors('F16'), seed: 9, shuffle: true }),
    }
    const hashes = new Set<string>()
    const counts: number[] = []
    for (const parts of [1, 2, 3, 7, 32]) {
      const { plan, output } = await mergeFiles(files, { parts })
      counts.push(plan.parts)
      hashes.add(createHash('sha256').update(output).digest('hex'))
    }
    expect(hashes.size).to.equal(1)
    expect(counts).to.deep.equal([1, 2, 3, 7, 32])
  })

  it('gives the same bytes wherever the output is cut on a multiple of 8', async () => {
    const first = (channels: number) => ({ name: FIRST, dtype: 'F16', shape: [3, channels, 1, 3] })
    const files = {
      primary: buildCheckpoint({ tensors: [...mixed, first(9)], padding: 1 }),
      secondary: buildCheckpoint({ tensors: [...others, first(4)], seed: 2, shuffle: true }),
    }
    const { plan, output } = await mergeFiles(files, { precision: 'half' })
    const sources = openFiles(plan, files)
    for (let cut = 8; cut < plan.size; cut += 8) {
      const whole = new Uint8Array(plan.size)
      await mergeRange({ plan, sources, begin: 0, into: whole.subarray(0, cut) })
      await mergeRange({ plan, sources, begin: cut, into: whole.subarray(cut) })
      expect(Buffer.compare(whole, output), `cut at ${cut}`).to.equal(0)
    }
  })

  it('refuses a part that the plan does not have', async () => {
    const files = {
      primary: buildCheckpoint({ tensors: weights('F16') }),
      secondary: buildCheckpoint({ tensors: weights('F16') }),
    }
    const plan = await planFiles(files, {})
    for (const partNumber of [0, plan.parts + 1, 1.5, Number.NaN]) {
      const failure = await mergePart({
        plan,
        sources: openFiles(plan, files),
        sink: createMemorySink(),
        partNumber,
      }).catch((error) => error)
      expect(failure.name).to.equal('PlanMismatch')
    }
  })

  it('fails with the error of the source and reads nothing more', async () => {
    const files = {
      primary: buildCheckpoint({ tensors: weights('F16') }),
      secondary: buildCheckpoint({ tensors: weights('F16') }),
    }
    const plan = await planFiles(files, {})
    const [a, b] = openFiles(plan, files)
    const broken = { ...b!, read: async () => Promise.reject(new Error('broken off')) }
    const sink = createMemorySink()
    const failure = await mergePart({ plan, sources: [a!, broken], sink, partNumber: 1 }).catch((error) => error)
    expect(failure.message).to.equal('broken off')
    expect(sink.parts.size).to.equal(0)
  })
})
