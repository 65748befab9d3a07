/** Memory that is used again from part to part: freshly made buffers would pile up until they are collected. */
export class BufferPool {
  readonly #size: number
  readonly #free: ArrayBuffer[] = []

  constructor(size: number) {
    this.#size = size
  }

  /** Lends a buffer with whatever was in it. */
  take(): ArrayBuffer {
    return this.#free.pop() ?? new ArrayBuffer(this.#size)
  }

  /** Takes a buffer back that nobody writes to any more. */
  giveBack(buffer: ArrayBuffer): void {
    this.#free.push(buffer)
  }
}
