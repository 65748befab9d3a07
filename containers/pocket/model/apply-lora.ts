import { constantMatrix, type Matrix } from '../tensor/matrix.ts'
import type { LoraPart } from './lora-modules.ts'
import type { Parameters } from './parameters.ts'
import type { Lora, LoraChange } from './read-lora.ts'

/** A LoRA with how much it counts for each part of the model: 1 as it was trained, 0 not at all, below 0 the other way. */
export type WeightedLora = { readonly lora: Lora } & Readonly<Record<LoraPart, number>>

/**
 * The model with the LoRAs added to it. `model` itself stays as it is; what no LoRA changes is shared with it, and where
 * every weight is 0 the result is `model`.
 */
export function applyLoras(model: Parameters, loras: readonly WeightedLora[]): Parameters {
  const sums = new Map<string, Float64Array>()
  for (const { lora, ...weights } of loras) {
    for (const change of lora) {
      const { parameter, inputs, outputs, part } = change.module
      if (weights[part] === 0) continue
      const sum = sums.get(parameter) ?? new Float64Array(inputs * outputs)
      addChange(sum, change, weights[part])
      sums.set(parameter, sum)
    }
  }
  if (sums.size === 0) return model
  return new Map([...model].map(([name, matrix]) => [name, plus(matrix, sums.get(name))]))
}

/** Adds weight · scale · (up · down)ᵀ. */
function addChange(sum: Float64Array, { module, rank, scale, down, up }: LoraChange, weight: number): void {
  const { inputs, outputs } = module
  for (let r = 0; r < rank; r++) {
    for (let i = 0; i < inputs; i++) {
      const factor = weight * scale * down[r * inputs + i]!
      for (let o = 0; o < outputs; o++) sum[i * outputs + o]! += factor * up[o * rank + r]!
    }
  }
}

function plus(matrix: Matrix, change: Float64Array | undefined): Matrix {
  if (change === undefined) return matrix
  const { rows, columns, data } = matrix
  return constantMatrix(
    rows,
    columns,
    data.map((value, at) => value + change[at]!),
  )
}
