import { convolveDepthwise, type Grid } from '../tensor/depthwise-convolution.ts'
import { add, addToEach, swish } from '../tensor/elementwise.ts'
import { linear } from '../tensor/linear.ts'
import type { Matrix } from '../tensor/matrix.ts'
import { modulatedNorm } from '../tensor/modulated-norm.ts'
import { comparePalette, type Hints, mixPalette } from '../tensor/palette.ts'
import { foldPositions, unfoldPositions } from '../tensor/regroup.ts'
import type { Tape } from '../tensor/tape.ts'
import { ARCHITECTURE, BLOCKS, type BlockName, type Level, linearWeights, type Parameters } from './parameters.ts'

/** Noisy pictures with how noisy each is, and what it should show. */
export interface NoisyPictures {
  /** One row per pixel, three columns, row by row, picture by picture. */
  readonly pixels: Matrix
  /** From 0 (clean) to 1 (noise alone), one per picture. */
  readonly noiseLevels: readonly number[]
  /** One row per picture, from `encodeText`. */
  readonly text: Matrix
}

/** What the network makes of noisy pictures. */
export interface Guess extends Hints {
  /** The clean pictures; pixels lie between -1 and 1. */
  readonly pixels: Matrix
}

/** The network: a small U-Net of three resolutions, which mixes each pixel from colours that the text names. */
export function denoise(tape: Tape, model: Parameters, { pixels, noiseLevels, text }: NoisyPictures): Guess {
  const pictures = noiseLevels.length
  const grid = (side: number): Grid => ({ pictures, side })
  const layer = (x: Matrix, name: string): Matrix =>
    linear(tape, x, linearWeights(model, `model.diffusion_model.${name}`))
  const time = layer(timeFeatures(tape, noiseLevels), 'time_embed')
  const condition = swish(tape, layer(swish(tape, add(tape, time, text)), 'condition'))
  const place = (x: Matrix, level: Level): Matrix =>
    addToEach(tape, x, model.get(`model.diffusion_model.positions.${level}.weight`)!)
  const block = (x: Matrix, name: BlockName): Matrix => runBlock({ tape, model, condition, pictures }, x, name)

  const palette = layer(text, 'palette')
  const layout = layer(swish(tape, layer(text, 'layout.hidden')), 'layout')
  const patches = foldPositions(tape, comparePalette(tape, pixels, { palette, layout }), grid(ARCHITECTURE.side))
  const fine = block(place(layer(patches, 'stem'), 0), 'input_blocks.0')
  const middle = block(place(layer(foldPositions(tape, fine, grid(16)), 'downsample.0'), 1), 'input_blocks.1')
  const coarse = place(layer(foldPositions(tape, middle, grid(8)), 'downsample.1'), 2)
  const deep = block(block(coarse, 'middle_block.0'), 'middle_block.1')
  const middleAgain = add(tape, unfoldPositions(tape, layer(deep, 'upsample.0'), grid(8)), middle)
  const fineAgain = unfoldPositions(tape, layer(block(middleAgain, 'output_blocks.0'), 'upsample.1'), grid(16))
  const last = block(add(tape, fineAgain, fine), 'output_blocks.1')
  const shares = layer(modulatedNorm(tape, last, layer(condition, 'out.condition')), 'out')
  const mixed = mixPalette(tape, unfoldPositions(tape, shares, grid(ARCHITECTURE.side)), palette)
  return { pixels: mixed, palette, layout }
}

interface BlockContext {
  readonly tape: Tape
  readonly model: Parameters
  readonly condition: Matrix
  readonly pictures: number
}

/** Looks around, is told the condition, thinks, and adds what it found. */
function runBlock({ tape, model, condition, pictures }: BlockContext, x: Matrix, name: BlockName): Matrix {
  const weights = (part: string) => linearWeights(model, `model.diffusion_model.${name}.${part}`)
  const grid = { pictures, side: ARCHITECTURE.side / 2 ** (BLOCKS[name] + 1) }
  const around = convolveDepthwise(tape, x, weights('depthwise'), grid)
  const told = modulatedNorm(tape, around, linear(tape, condition, weights('condition')))
  const thought = linear(tape, swish(tape, linear(tape, told, weights('expand'))), weights('contract'))
  return add(tape, x, thought)
}

/** The noise level as sixteen overlapping hills. */
function timeFeatures(tape: Tape, noiseLevels: readonly number[]): Matrix {
  const columns = ARCHITECTURE.timeColumns
  const features = tape.matrix(noiseLevels.length, columns)
  noiseLevels.forEach((level, row) => {
    for (let c = 0; c < columns; c++) {
      const distance = (level - c / (columns - 1)) * columns
      features.data[row * columns + c] = 2 / (1 + distance * distance)
    }
  })
  return features
}
