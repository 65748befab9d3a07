import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { readCheckpoint } from '../../../../../containers/pocket/model/checkpoint.ts'
import { type GenerateRequest, generate } from '../../../../../containers/pocket/model/generate.ts'
import type { Parameters } from '../../../../../containers/pocket/model/parameters.ts'
import { SAMPLER_NAMES } from '../../../../../containers/pocket/model/samplers.ts'
import { constantMatrix } from '../../../../../containers/pocket/tensor/matrix.ts'
import type { Colour } from '../../../../../containers/pocket/text/vocabulary.ts'
import { PALETTE } from '../../../../../containers/pocket/train/palette.ts'
import { weightsPath } from '../../../../../containers/pocket/weights/shipped-weights.ts'

const SIDE = 32
const ORDER: GenerateRequest = {
  prompt: 'a red circle on blue',
  negativePrompt: '',
  seed: 1,
  steps: 12,
  guidance: 7,
  sampler: 'Euler',
  width: SIDE,
  height: SIDE,
}

let base: Parameters
let pastel: Parameters

/** Mean colour, 0 to 1, of the pixels that the test accepts. */
function meanColour(bytes: Uint8Array, accepts: (distance: number) => boolean): number[] {
  const sums = [0, 0, 0]
  let count = 0
  for (let at = 0; at < SIDE * SIDE; at++) {
    const distance = Math.hypot((at % SIDE) - 15.5, Math.floor(at / SIDE) - 15.5)
    if (!accepts(distance)) continue
    count++
    for (let c = 0; c < 3; c++) sums[c]! += bytes[at * 3 + c]! / 255
  }
  return sums.map((sum) => sum / count)
}

const middleOf = (bytes: Uint8Array): number[] => meanColour(bytes, (distance) => distance < 5)
const rimOf = (bytes: Uint8Array): number[] => meanColour(bytes, (distance) => distance > 17)

function nearest(colour: readonly number[]): Colour {
  const distance = (name: Colour): number => Math.hypot(...PALETTE[name].map((value, c) => value - colour[c]!))
  return (Object.keys(PALETTE) as Colour[]).reduce((best, name) => (distance(name) < distance(best) ? name : best))
}

function differenceOf(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length
}

describe('pictures of the shipped weights', () => {
  before(async () => {
    base = await readCheckpoint('base', await readFile(weightsPath('pocket-base')))
    pastel = await readCheckpoint('pastel', await readFile(weightsPath('pocket-pastel')))
  })

  const PROMPTS: [prompt: string, shape: Colour, ground: Colour][] = [
    ['a red circle on blue', 'red', 'blue'],
    ['a green square on a yellow background', 'green', 'yellow'],
    ['white background, blue circle', 'blue', 'white'],
    ['a yellow diamond on black', 'yellow', 'black'],
    ['a beautiful purple heart on white', 'purple', 'white'],
    ['orange square, black background', 'orange', 'black'],
  ]
  for (const [prompt, shape, ground] of PROMPTS) {
    it(`show ${shape} in the middle and ${ground} around it for "${prompt}"`, () => {
      for (const seed of [1, 2]) {
        const { bytes } = generate(base, { ...ORDER, prompt, seed })
        expect(nearest(middleOf(bytes))).equal(shape)
        expect(nearest(rimOf(bytes))).equal(ground)
      }
    })
  }

  it('follow the negative prompt where the prompt leaves the colour open', () => {
    const blueness = (negativePrompt: string): number => {
      const means = [1, 2, 3, 4].map((seed) =>
        rimOf(generate(base, { ...ORDER, prompt: 'a circle', negativePrompt, seed }).bytes),
      )
      return means.reduce((sum, [red, green, blue]) => sum + blue! - (red! + green!) / 2, 0)
    }
    expect(blueness('blue background')).lessThan(blueness('yellow background'))
  })

  it('are the same for the same order, and change with each of its parts', () => {
    const first = generate(base, ORDER).bytes
    expect(Buffer.compare(generate(base, ORDER).bytes, first)).equal(0)
    const changes: Partial<GenerateRequest>[] = [
      { seed: 2 },
      { steps: 3 },
      { guidance: 1 },
      { prompt: 'a red star on blue' },
    ]
    for (const change of changes)
      expect(differenceOf(generate(base, { ...ORDER, ...change }).bytes, first)).greaterThan(0.2)
  })

  it('come out of every sampler', () => {
    for (const sampler of [...SAMPLER_NAMES, 'DPM++ 2M Karras']) {
      const { bytes } = generate(base, { ...ORDER, sampler })
      expect(nearest(middleOf(bytes)), sampler).equal('red')
      expect(nearest(rimOf(bytes)), sampler).equal('blue')
    }
  })

  it('have the size that was asked for', () => {
    for (const [width, height] of [
      [32, 256],
      [256, 128],
      [40, 40],
    ] as const) {
      const picture = generate(base, { ...ORDER, steps: 2, width, height })
      expect(picture.bytes.length).equal(width * height * 3)
    }
  })

  it('lie between those of two checkpoints when the checkpoints are merged', () => {
    const merged: Parameters = new Map(
      [...base].map(([name, { rows, columns, data }]) => {
        const other = pastel.get(name)!.data
        return [
          name,
          constantMatrix(
            rows,
            columns,
            data.map((value, i) => (value + other[i]!) / 2),
          ),
        ]
      }),
    )
    const [a, b, both] = [base, pastel, merged].map((model) => rimOf(generate(model, ORDER).bytes)[0]!)
    expect(a).lessThan(both! - 0.08)
    expect(both).lessThan(b! - 0.08)
  })

  it('are the same bits on every machine', () => {
    const hash = createHash('sha256').update(generate(base, ORDER).bytes).digest('hex')
    expect(hash).equal('c271fe156f718c2cc6d376f86a3b0b162fb2726dbba71c322e0d6d2eb10ab510')
  })
})
