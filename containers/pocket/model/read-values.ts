import { F16_VALUES } from '../../../functions/shared/merge/kernel/half-floats.ts'
import type { TensorInfo } from '../../../functions/shared/safetensors/header.ts'

/** How numbers of a type are read from the bytes of a tensor. */
const READERS: Readonly<Record<string, (bytes: Uint8Array) => Float32Array>> = {
  F16: (bytes) => Float32Array.from(new Uint16Array(aligned(bytes)), (bits) => F16_VALUES[bits]!),
  BF16: (bytes) => new Float32Array(Uint32Array.from(new Uint16Array(aligned(bytes)), (bits) => bits << 16).buffer),
  F32: (bytes) => new Float32Array(aligned(bytes)),
}

/** The numbers of a tensor in the data that follows a file's header. Throws `TypeError` or `RangeError`; `what` is how messages call the tensor. */
export function readValues(what: string, { dtype, begin, end }: TensorInfo, data: Uint8Array): Float32Array {
  const read = READERS[dtype]
  if (read === undefined) throw new TypeError(`${what} is of type ${dtype}; pocket reads F16, BF16 and F32`)
  const values = read(data.subarray(begin, end))
  if (values.every(Number.isFinite)) return values
  throw new RangeError(`${what} holds numbers that are not finite`)
}

/** A copy, because typed arrays must start on a multiple of their size; `slice` of a Buffer would be none. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}
