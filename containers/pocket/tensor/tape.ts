import type { Matrix } from './matrix.ts'

/** Where layers get the memory of their results from, and where they leave how to go back. */
export interface Tape {
  /** A matrix of zeros that lives until the next `reset`. */
  matrix(rows: number, columns: number): Matrix
  /** Keeps a step of the way back; a tape for sampling forgets it. */
  record(backward: () => void): void
  /** Runs the recorded steps, last first. Each adds to the gradients of its inputs. */
  backward(): void
  /** Forgets the steps and takes back the memory of every matrix it gave. */
  reset(): void
}

/** A tape that remembers: for training. */
export function createTrainingTape(): Tape {
  const memory = createMemory()
  let steps: (() => void)[] = []
  return {
    matrix: (rows, columns) => ({
      rows,
      columns,
      data: memory.take(rows * columns),
      gradient: memory.take(rows * columns),
    }),
    record: (backward) => {
      steps.push(backward)
    },
    backward: () => {
      for (const step of steps.reverse()) step()
    },
    reset: () => {
      steps = []
      memory.takeBack()
    },
  }
}

/** A tape that only lends memory: for sampling. */
export function createSamplingTape(): Tape {
  const memory = createMemory()
  const gradient = new Float32Array(0)
  return {
    matrix: (rows, columns) => ({ rows, columns, data: memory.take(rows * columns), gradient }),
    record: () => {},
    backward: () => {
      throw new Error('A sampling tape has recorded nothing to go back over')
    },
    reset: memory.takeBack,
  }
}

/** Every step of a training has the same sizes, so buffers are used again instead of being collected as garbage. */
function createMemory(): { take(length: number): Float32Array; takeBack(): void } {
  const free = new Map<number, Float32Array[]>()
  let lent: Float32Array[] = []
  return {
    take: (length) => {
      const buffer = free.get(length)?.pop()?.fill(0) ?? new Float32Array(length)
      lent.push(buffer)
      return buffer
    },
    takeBack: () => {
      for (const buffer of lent) {
        const shelf = free.get(buffer.length)
        if (shelf === undefined) free.set(buffer.length, [buffer])
        else shelf.push(buffer)
      }
      lent = []
    },
  }
}
