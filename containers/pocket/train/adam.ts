import type { Matrix } from '../tensor/matrix.ts'

const BETA1 = 0.9
const BETA2 = 0.99
const EPSILON = 1e-8
const DECAY = 1e-3

/** What an optimizer remembers of one matrix: the running means of its gradients and of their squares. */
export interface Moments {
  readonly mean: Float32Array
  readonly square: Float32Array
}

/** Moves weights against their gradients, each at its own pace, and empties the gradients. */
export interface Adam {
  step(learningRate: number): void
  /** In the order of the matrices; to go on with a training, fill them and say how many steps there were. */
  readonly moments: readonly Moments[]
  resumeAt(steps: number): void
}

/** An optimizer over these matrices. */
export function createAdam(matrices: readonly Matrix[]): Adam {
  const moments = matrices.map(({ data }) => ({
    mean: new Float32Array(data.length),
    square: new Float32Array(data.length),
  }))
  let beta1Power = 1
  let beta2Power = 1
  const count = (): void => {
    beta1Power *= BETA1
    beta2Power *= BETA2
  }
  return {
    moments,
    step: (learningRate) => {
      count()
      const rate = (learningRate * Math.sqrt(1 - beta2Power)) / (1 - beta1Power)
      matrices.forEach((matrix, at) => {
        moveMatrix(matrix, moments[at]!, { rate, decay: learningRate * DECAY })
      })
    },
    resumeAt: (steps) => {
      // Multiplied step by step: a power may differ in its last digit.
      for (let step = 0; step < steps; step++) count()
    },
  }
}

function moveMatrix(
  { data, gradient }: Matrix,
  { mean, square }: Moments,
  { rate, decay }: { rate: number; decay: number },
): void {
  for (let i = 0; i < data.length; i++) {
    const slope = gradient[i]!
    const m = BETA1 * mean[i]! + (1 - BETA1) * slope
    const v = BETA2 * square[i]! + (1 - BETA2) * slope * slope
    mean[i] = m
    square[i] = v
    data[i]! -= (rate * m) / (Math.sqrt(v) + EPSILON) + decay * data[i]!
    gradient[i] = 0
  }
}
