import { bytesOf } from '../../safetensors/dtype.ts'
import type { FloatDtype } from '../element-types.ts'

/** Elements of a type as typed numbers; F16 and BF16 as their bits. */
export interface ElementViews {
  F16: Uint16Array
  BF16: Uint16Array
  F32: Float32Array
  F64: Float64Array
}

const VIEWS: { [Type in FloatDtype]: (buffer: ArrayBufferLike, offset: number, count: number) => ElementViews[Type] } =
  {
    F16: (buffer, offset, count) => new Uint16Array(buffer, offset, count),
    BF16: (buffer, offset, count) => new Uint16Array(buffer, offset, count),
    F32: (buffer, offset, count) => new Float32Array(buffer, offset, count),
    F64: (buffer, offset, count) => new Float64Array(buffer, offset, count),
  }

/** A view of `count` elements from the element `first` on, without a copy where the bytes are aligned. */
export function viewElements<Type extends FloatDtype>(
  dtype: Type,
  bytes: Uint8Array,
  { first, count }: { first: number; count: number },
): ElementViews[Type] {
  const width = bytesOf(dtype)
  const offset = bytes.byteOffset + first * width
  if (offset % width === 0) return VIEWS[dtype](bytes.buffer, offset, count)
  const aligned = bytes.slice(first * width, (first + count) * width)
  return VIEWS[dtype](aligned.buffer, 0, count)
}

/** A view to write through; throws a `RangeError` where the bytes are not aligned, since a copy would lose what is written. */
export function targetElements<Type extends FloatDtype>(
  dtype: Type,
  bytes: Uint8Array,
  { first, count }: { first: number; count: number },
): ElementViews[Type] {
  return VIEWS[dtype](bytes.buffer, bytes.byteOffset + first * bytesOf(dtype), count)
}
