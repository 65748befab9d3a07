import type { Dtype } from './dtype.ts'

/** One tensor of a file; `begin` and `end` are bytes from the start of the data, which follows the header. */
export interface TensorInfo {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

/** A validated header. Maps, because a tensor may be called `__proto__`. Tensors stand in the order of the header's text. */
export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorInfo>
  readonly metadata: ReadonlyMap<string, string>
  /** Where the tensor data begins in the file: 8 + length of the header's text. */
  readonly dataStart: number
  readonly fileSize: number
}
