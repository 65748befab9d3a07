import type { LinearWeights } from '../tensor/linear.ts'
import { type Matrix, trainableMatrix } from '../tensor/matrix.ts'
import { SEEN_COLUMNS, SLOTS } from '../tensor/palette.ts'
import { createRandom } from '../tensor/random.ts'
import { TABLE_ROWS } from '../text/vocabulary.ts'

/** The one architecture there is. A checkpoint has exactly the tensors that `PARAMETERS` lists. */
export const ARCHITECTURE = {
  name: 'pocket-1',
  /** Pixels along a side of the picture that the network sees. */
  side: 32,
  /** Words of a prompt that count; what follows is cut off. */
  places: 24,
  /** Words that the text encoder sees at once. */
  window: 5,
  wordColumns: 32,
  textColumns: 128,
  conditionColumns: 128,
  timeColumns: 16,
  /** Channels at 16 × 16, 8 × 8 and 4 × 4 positions. */
  channels: [20, 48, 96],
  kernels: [3, 5, 5],
  expansion: 2,
} as const

export type Level = 0 | 1 | 2

/** The blocks in the order they run, with the resolution each works at. */
export const BLOCKS = {
  'input_blocks.0': 0,
  'input_blocks.1': 1,
  'middle_block.0': 2,
  'middle_block.1': 2,
  'output_blocks.0': 1,
  'output_blocks.1': 0,
} as const satisfies Record<string, Level>

export type BlockName = keyof typeof BLOCKS

interface ParameterShape {
  readonly rows: number
  readonly columns: number
  /** Deviation of the first random values; 0 starts with zeros. */
  readonly spread: number
}

/** Every tensor of a checkpoint by name. Weights are [in × out]. */
export const PARAMETERS: ReadonlyMap<string, ParameterShape> = new Map(listParameters())

/** The numbers of a model, by tensor name. */
export type Parameters = ReadonlyMap<string, Matrix>

/** A model that knows nothing yet. */
export function initialParameters(seed: number): Parameters {
  const random = createRandom(seed)
  return new Map(
    [...PARAMETERS].map(([name, { rows, columns, spread }]) => {
      const data = new Float32Array(rows * columns)
      if (spread > 0) for (let i = 0; i < data.length; i++) data[i] = random.normal() * spread
      return [name, trainableMatrix(rows, columns, data)]
    }),
  )
}

function listParameters(): [string, ParameterShape][] {
  const { channels, conditionColumns, textColumns, timeColumns, window, wordColumns } = ARCHITECTURE
  const [c0, c1, c2] = channels
  return [
    ['cond_stage_model.token_embedding.weight', { rows: TABLE_ROWS, columns: wordColumns, spread: 1 }],
    ...linearShapes('cond_stage_model.window', wordColumns * window, textColumns, 1.5),
    ...linearShapes('cond_stage_model.projection', textColumns, conditionColumns),
    ...linearShapes('model.diffusion_model.time_embed', timeColumns, conditionColumns),
    ...linearShapes('model.diffusion_model.condition', conditionColumns, conditionColumns),
    ...linearShapes('model.diffusion_model.palette', conditionColumns, 3 * SLOTS, 0.3),
    ...linearShapes('model.diffusion_model.layout.hidden', conditionColumns, conditionColumns),
    ...linearShapes('model.diffusion_model.layout', conditionColumns, ARCHITECTURE.side ** 2, 0.3),
    ...linearShapes('model.diffusion_model.stem', 4 * SEEN_COLUMNS, c0),
    ['model.diffusion_model.positions.0.weight', { rows: 256, columns: c0, spread: 0.3 }],
    ['model.diffusion_model.positions.1.weight', { rows: 64, columns: c1, spread: 0.3 }],
    ['model.diffusion_model.positions.2.weight', { rows: 16, columns: c2, spread: 0.3 }],
    ...Object.entries(BLOCKS).flatMap(([name, level]) => blockShapes(name, level)),
    ...linearShapes('model.diffusion_model.downsample.0', 4 * c0, c1),
    ...linearShapes('model.diffusion_model.downsample.1', 4 * c1, c2),
    ...linearShapes('model.diffusion_model.upsample.0', c2, 4 * c1),
    ...linearShapes('model.diffusion_model.upsample.1', c1, 4 * c0),
    ...linearShapes('model.diffusion_model.out.condition', conditionColumns, 2 * c0, 0.7),
    ...linearShapes('model.diffusion_model.out', c0, 4 * (3 + SLOTS), 0.3),
  ]
}

function blockShapes(block: string, level: Level): [string, ParameterShape][] {
  const prefix = `model.diffusion_model.${block}`
  const channels = ARCHITECTURE.channels[level]
  const wide = channels * ARCHITECTURE.expansion
  const taps = ARCHITECTURE.kernels[level] ** 2
  return [
    [`${prefix}.depthwise.weight`, { rows: taps, columns: channels, spread: 1 / Math.sqrt(taps) }],
    [`${prefix}.depthwise.bias`, { rows: 1, columns: channels, spread: 0 }],
    ...linearShapes(`${prefix}.condition`, ARCHITECTURE.conditionColumns, 2 * channels, 0.7),
    ...linearShapes(`${prefix}.expand`, channels, wide),
    ...linearShapes(`${prefix}.contract`, wide, channels, 0.3),
  ]
}

function linearShapes(name: string, inputs: number, outputs: number, gain = 1): [string, ParameterShape][] {
  return [
    [`${name}.weight`, { rows: inputs, columns: outputs, spread: gain / Math.sqrt(inputs) }],
    [`${name}.bias`, { rows: 1, columns: outputs, spread: 0 }],
  ]
}

/** Weight and bias of the linear layer (or depthwise convolution) of this name. */
export function linearWeights(parameters: Parameters, name: string): LinearWeights {
  return { weight: parameters.get(`${name}.weight`)!, bias: parameters.get(`${name}.bias`)! }
}
