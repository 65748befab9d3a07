import { encodeBf16, encodeF16 } from '../../../functions/shared/merge/kernel/half-floats.ts'
import { encodeHeader, layOutFile } from '../../../functions/shared/safetensors/write-header.ts'

/** Numbers under a name. */
export interface NamedTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** How numbers become the bytes of a type. */
const ENCODERS = {
  F16: (data: Float32Array) => encodeHalves(data, encodeF16),
  BF16: (data: Float32Array) => encodeHalves(data, encodeBf16),
  F32: (data: Float32Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
} as const

export type TensorType = keyof typeof ENCODERS

/** A safetensors file of these tensors, all of one type. */
export function writeTensors(
  tensors: readonly NamedTensor[],
  { type, metadata }: { type: TensorType; metadata: ReadonlyMap<string, string> },
): Uint8Array {
  const layout = layOutFile(
    tensors.map(({ name, shape }) => ({ name, shape, dtype: type })),
    metadata,
  )
  const dataOf = new Map(tensors.map(({ name, data }) => [name, data]))
  const file = new Uint8Array(layout.size)
  file.set(encodeHeader(layout.text))
  for (const { name, begin } of layout.tensors) {
    file.set(ENCODERS[type](dataOf.get(name)!), layout.dataStart + begin)
  }
  return file
}

function encodeHalves(data: Float32Array, encode: typeof encodeF16): Uint8Array {
  const halves = new Uint16Array(data.length)
  encode(new Int32Array(data.buffer, data.byteOffset, data.length), halves, data.length)
  return new Uint8Array(halves.buffer)
}
