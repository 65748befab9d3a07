import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { readCheckpoint, writeCheckpoint } from '../../../../../containers/pocket/model/checkpoint.ts'
import { initialParameters, PARAMETERS } from '../../../../../containers/pocket/model/parameters.ts'
import { SHIPPED_WEIGHTS } from '../../../../../containers/pocket/weights/shipped-weights.ts'
import { mergeRange } from '../../../../../functions/shared/merge/merge-range.ts'
import { type ModelInput, planMerge } from '../../../../../functions/shared/merge/plan-merge.ts'
import { takesPart } from '../../../../../functions/shared/merge/tensor-names.ts'
import { createMemorySource } from '../../../../../functions/shared/objects/byte-source.ts'
import { readHeader } from '../../../../../functions/shared/safetensors/read-header.ts'

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail('it did not fail'),
    (error: Error) => error,
  )
}

/** The file with one text of its header put in the place of another of the same length. */
function patchHeader(file: Uint8Array, from: string, to: string): Uint8Array {
  const patched = Buffer.from(file)
  patched.write(to, patched.indexOf(from), 'latin1')
  return patched
}

describe('pocket checkpoints', () => {
  it('read back what was written, rounded to F16', async () => {
    const model = initialParameters(3)
    const read = await readCheckpoint('a.safetensors', writeCheckpoint(model, new Map()))
    for (const [name, { data }] of model) {
      read.get(name)!.data.forEach((value, i) => {
        if (Math.abs(value - data[i]!) > Math.abs(data[i]!) / 1024 + 1e-7)
          expect.fail(`${name}[${i}] is ${value}, not ${data[i]}`)
      })
    }
  })

  it('have names that the merge takes part of, and fewer than two megabytes', async () => {
    const file = await readFile(SHIPPED_WEIGHTS)
    expect([...PARAMETERS.keys()].every(takesPart)).equal(true)
    expect(file.length).lessThan(2 * 1024 * 1024)
    const header = await readHeader(createMemorySource('base', file))
    expect([...header.tensors.keys()].sort()).deep.equal([...PARAMETERS.keys()].sort())
  })

  it('merge into a checkpoint that lies between the two', async () => {
    const files = [1, 2].map((seed) => writeCheckpoint(initialParameters(seed), new Map()))
    const sources = files.map((file, i) => createMemorySource(`${i}.safetensors`, file))
    const inputs: ModelInput[] = await Promise.all(
      sources.map(async (source, i) => ({
        role: i === 0 ? ('primary' as const) : ('secondary' as const),
        checkpointId: String(i),
        name: source.name,
        bucket: 'b',
        key: source.name,
        size: source.size,
        etag: source.etag,
        header: await readHeader(source),
      })),
    )
    const plan = planMerge({ name: 'm', method: 'weighted-sum', multiplier: 0.5, primary: '0', secondary: '1' }, inputs)
    const merged = new Uint8Array(plan.size)
    await mergeRange({ plan, sources, begin: 0, into: merged })
    const name = 'model.diffusion_model.stem.weight'
    const [a, b, both] = await Promise.all(
      [...files, merged].map(async (file) => (await readCheckpoint('m', file)).get(name)!.data),
    )
    both!.forEach((value, i) => {
      expect(value).closeTo((a![i]! + b![i]!) / 2, 1e-3)
    })
  })

  it('refuse files that are no pocket model and say why', async () => {
    const file = writeCheckpoint(initialParameters(1), new Map())
    const nan = file.slice()
    nan.fill(0xff, nan.length - 2)
    const wrong: [Uint8Array, RegExp][] = [
      [Buffer.from('not a model at all, just text'), /a\.safetensors is not a valid safetensors file/],
      [file.subarray(0, file.length - 2), /reaches past the end/],
      [
        patchHeader(file, 'stem.weight', 'stam.weight'),
        /lacks 1 of \d+ tensors, first model\.diffusion_model\.stem\.weight/,
      ],
      [
        patchHeader(file, '"shape":[128,12]', '"shape":[12,128]'),
        /has the shape \[12,128\], a pocket model’s has \[128,12\]/,
      ],
      [nan, /not finite/],
      [patchHeader(file, '"F16"', '"I16"'), /of type I16/],
    ]
    for (const [bytes, message] of wrong) {
      const error = await failureOf(readCheckpoint('a.safetensors', bytes))
      expect(error.name).equal('NotPocketModel')
      expect(error.message).match(message)
    }
  })
})
