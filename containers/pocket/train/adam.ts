import type { Matrix } from '../tensor/matrix.ts'

const BETA1 = 0.9
const BETA2 = 0.99
const EPSILON = 1e-8
const DECAY = 1e-3

/** Moves weights against their gradients, each at its own pace, and empties the gradients. */
export interface Adam {
  step(learningRate: number): void
}

/** An optimizer over these matrices. */
export function createAdam(matrices: readonly Matrix[]): Adam {
  const states = matrices.map((matrix) => ({
    matrix,
    mean: new Float32Array(matrix.data.length),
    square: new Float32Array(matrix.data.length),
  }))
  let beta1Power = 1
  let beta2Power = 1
  return {
    step: (learningRate) => {
      beta1Power *= BETA1
      beta2Power *= BETA2
      const rate = (learningRate * Math.sqrt(1 - beta2Power)) / (1 - beta1Power)
      for (const state of states) moveMatrix(state, rate, learningRate)
    },
  }
}

function moveMatrix(
  { matrix: { data, gradient }, mean, square }: { matrix: Matrix; mean: Float32Array; square: Float32Array },
  rate: number,
  learningRate: number,
): void {
  for (let i = 0; i < data.length; i++) {
    const slope = gradient[i]!
    const m = BETA1 * mean[i]! + (1 - BETA1) * slope
    const v = BETA2 * square[i]! + (1 - BETA2) * slope * slope
    mean[i] = m
    square[i] = v
    data[i]! -= (rate * m) / (Math.sqrt(v) + EPSILON) + learningRate * DECAY * data[i]!
    gradient[i] = 0
  }
}
