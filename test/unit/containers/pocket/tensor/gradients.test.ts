import { expect } from 'chai'
import { convolveDepthwise } from '../../../../../containers/pocket/tensor/depthwise-convolution.ts'
import { add, addToEach, swish } from '../../../../../containers/pocket/tensor/elementwise.ts'
import { linear } from '../../../../../containers/pocket/tensor/linear.ts'
import { type Matrix, trainableMatrix } from '../../../../../containers/pocket/tensor/matrix.ts'
import { modulatedNorm } from '../../../../../containers/pocket/tensor/modulated-norm.ts'
import { comparePalette, mixPalette } from '../../../../../containers/pocket/tensor/palette.ts'
import { createRandom } from '../../../../../containers/pocket/tensor/random.ts'
import { foldPositions, unfoldPositions } from '../../../../../containers/pocket/tensor/regroup.ts'
import { createTrainingTape, type Tape } from '../../../../../containers/pocket/tensor/tape.ts'
import { lookUpWords, seeNeighbours, sumWords, type WordPlaces } from '../../../../../containers/pocket/tensor/words.ts'

type Layer = (tape: Tape, inputs: readonly Matrix[]) => Matrix

const WORDS: WordPlaces = {
  prompts: 2,
  places: 3,
  rows: Int32Array.of(0, 2, 1, 3, 3, 0),
  weights: Float32Array.of(1, 1.5, 1, 1, 0.5, 0),
}

/** Every layer with the sizes of its inputs; `free` says which of them have a gradient. */
const LAYERS: Record<string, { layer: Layer; sizes: [rows: number, columns: number][]; free?: number[] }> = {
  linear: {
    layer: (tape, [x, weight, bias]) => linear(tape, x!, { weight: weight!, bias: bias! }),
    sizes: [
      [7, 8],
      [8, 4],
      [1, 4],
    ],
  },
  swish: { layer: (tape, [x]) => swish(tape, x!), sizes: [[3, 5]] },
  add: {
    layer: (tape, [a, b]) => add(tape, a!, b!),
    sizes: [
      [3, 4],
      [3, 4],
    ],
  },
  'adding positions': {
    layer: (tape, [x, p]) => addToEach(tape, x!, p!),
    sizes: [
      [6, 4],
      [3, 4],
    ],
  },
  'modulated norm': {
    layer: (tape, [x, m]) => modulatedNorm(tape, x!, m!),
    sizes: [
      [6, 4],
      [2, 8],
    ],
  },
  'depthwise convolution': {
    layer: (tape, [x, weight, bias]) =>
      convolveDepthwise(tape, x!, { weight: weight!, bias: bias! }, { pictures: 2, side: 4 }),
    sizes: [
      [32, 3],
      [9, 3],
      [1, 3],
    ],
  },
  'a kernel wider than the grid': {
    layer: (tape, [x, weight, bias]) =>
      convolveDepthwise(tape, x!, { weight: weight!, bias: bias! }, { pictures: 1, side: 2 }),
    sizes: [
      [4, 3],
      [25, 3],
      [1, 3],
    ],
  },
  folding: { layer: (tape, [x]) => foldPositions(tape, x!, { pictures: 2, side: 4 }), sizes: [[32, 3]] },
  unfolding: { layer: (tape, [x]) => unfoldPositions(tape, x!, { pictures: 2, side: 4 }), sizes: [[8, 12]] },
  'comparing with palette and layout': {
    layer: (tape, [x, palette, layout]) => comparePalette(tape, x!, { palette: palette!, layout: layout! }),
    sizes: [
      [8, 3],
      [2, 12],
      [2, 4],
    ],
    free: [1, 2],
  },
  'mixing the palette': {
    layer: (tape, [x, p]) => mixPalette(tape, x!, p!),
    sizes: [
      [8, 7],
      [2, 12],
    ],
  },
  'looking words up': { layer: (tape, [table]) => lookUpWords(tape, table!, WORDS), sizes: [[4, 5]] },
  'seeing neighbours': { layer: (tape, [x]) => seeNeighbours(tape, x!, WORDS, 3), sizes: [[6, 4]] },
  'summing words': { layer: (tape, [x]) => sumWords(tape, x!, WORDS), sizes: [[6, 4]] },
}

function randomMatrix(rows: number, columns: number, seed: number): Matrix {
  const random = createRandom(seed)
  return trainableMatrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => random.normal()),
  )
}

/** A number that every element of the result takes part in, and its slope by each of them. */
function weighedSum(y: Matrix): { value: number; slopes: Float32Array } {
  const slopes = randomMatrix(y.rows, y.columns, 99).data
  return { value: y.data.reduce((sum, value, i) => sum + value * slopes[i]!, 0), slopes }
}

describe('the layers of the pocket model', () => {
  for (const [name, { layer, sizes, free = sizes.map((_, i) => i) }] of Object.entries(LAYERS)) {
    it(`gives for ${name} the gradient that small differences give`, () => {
      const inputs = sizes.map(([rows, columns], i) => randomMatrix(rows, columns, i + 1))
      const tape = createTrainingTape()
      const y = layer(tape, inputs)
      y.gradient.set(weighedSum(y).slopes)
      tape.backward()
      for (const index of free) {
        const input = inputs[index]!
        for (let i = 0; i < input.data.length; i++) {
          expect(input.gradient[i]).closeTo(numericalSlope(layer, inputs, { input, i }), 2e-2)
        }
      }
    })
  }

  it('adds to gradients that are there already', () => {
    const x = randomMatrix(2, 4, 1)
    const tape = createTrainingTape()
    const y = add(tape, x, x)
    y.gradient.fill(1)
    tape.backward()
    expect([...x.gradient]).deep.equal(new Array(8).fill(2))
  })
})

function numericalSlope(layer: Layer, inputs: readonly Matrix[], { input, i }: { input: Matrix; i: number }): number {
  const before = input.data[i]!
  const valueAt = (value: number): number => {
    input.data[i] = value
    return weighedSum(layer(createTrainingTape(), inputs)).value
  }
  const slope = (valueAt(before + 1 / 128) - valueAt(before - 1 / 128)) * 64
  input.data[i] = before
  return slope
}
