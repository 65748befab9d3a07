import type { Parameters } from '../model/parameters.ts'
import { type Matrix, trainableMatrix } from '../tensor/matrix.ts'
import { addProduct, addTransposedLeftProduct, transpose } from '../tensor/matrix-product.ts'
import { createRandom } from '../tensor/random.ts'
import { type Learner, partOf, toTrainable } from './learner.ts'

export interface LoraOptions {
  readonly rank: number
  readonly alpha: number
  readonly trainsText: boolean
  readonly seed: number
}

/** The two factors of one weight's change: down [in × rank] times up [rank × out]; columns and rows beyond the rank stay zeros. */
interface Factors {
  readonly name: string
  readonly down: Matrix
  readonly up: Matrix
}

/** Trains a low-rank change of every weight of a linear layer, and of the word table; the base stays as it is. */
export function createLoraLearner(base: Parameters, options: LoraOptions): Learner {
  const model = toTrainable(base)
  const scale = options.alpha / options.rank
  const factors = createFactors(base, options)
  const only = (part: 'denoiser' | 'textEncoder'): Parameters =>
    new Map(
      factors
        .filter(({ name }) => partOf(name) === part)
        .flatMap(({ name, down, up }) => [
          [downOf(name), down],
          [upOf(name), up],
        ]),
    )
  return {
    model,
    trained: { denoiser: only('denoiser'), textEncoder: only('textEncoder') },
    project: () => {
      for (const { name, down, up } of factors) projectGradient(model.get(name)!, { down, up, scale })
      for (const { gradient } of model.values()) gradient.fill(0)
    },
    compose: () => {
      for (const { name, down, up } of factors) {
        composeWeight(base.get(name)!.data, { into: model.get(name)!.data, down, up, scale })
      }
    },
  }
}

export const downOf = (name: string): string => `${name}.down`
export const upOf = (name: string): string => `${name}.up`

/** Whether a tensor is the weight of a linear layer or the word table: those have low-rank changes. */
function hasLora(name: string): boolean {
  return name.endsWith('.weight') && !/\.(depthwise|positions\.\d)\.weight$/.test(name)
}

function createFactors(base: Parameters, { rank, trainsText, seed }: LoraOptions): Factors[] {
  const random = createRandom(seed)
  const padded = Math.ceil(rank / 4) * 4
  const names = [...base.keys()].filter((name) => hasLora(name) && (trainsText || partOf(name) === 'denoiser'))
  return names.map((name) => {
    const { rows, columns } = base.get(name)!
    const down = trainableMatrix(rows, padded)
    const spread = 1 / Math.sqrt(rows)
    for (let row = 0; row < rows; row++) {
      for (let c = 0; c < rank; c++) down.data[row * padded + c] = random.normal() * spread
    }
    return { name, down, up: trainableMatrix(padded, columns) }
  })
}

interface Change {
  readonly down: Matrix
  readonly up: Matrix
  readonly scale: number
}

/** into = base + scale · down · up */
function composeWeight(base: Float32Array, { into, down, up, scale }: Change & { into: Float32Array }): void {
  into.fill(0)
  addProduct({ into, left: down.data, right: up.data }, { rows: down.rows, inner: down.columns, columns: up.columns })
  for (let i = 0; i < into.length; i++) into[i] = base[i]! + scale * into[i]!
}

/** down' += scale · weight' · upᵀ and up' += scale · downᵀ · weight' */
function projectGradient({ gradient }: Matrix, { down, up, scale }: Change): void {
  for (let i = 0; i < gradient.length; i++) gradient[i]! *= scale
  const turned = transpose(up.data, up, new Float32Array(up.data.length))
  const towardsDown = { rows: down.rows, inner: up.columns, columns: down.columns }
  addProduct({ into: down.gradient, left: gradient, right: turned }, towardsDown)
  const towardsUp = { rows: down.rows, inner: down.columns, columns: up.columns }
  addTransposedLeftProduct({ into: up.gradient, left: down.data, right: gradient }, towardsUp)
}
