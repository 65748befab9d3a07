import { bitsOf, type Dtype, rankOf } from './dtype.ts'
import type { TensorInfo } from './header.ts'

/** A tensor to be laid out. */
export interface NewTensor {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: readonly number[]
}

/** Where everything of a new file stands. `text` is the header without its length, padded to a multiple of 8. */
export interface FileLayout {
  readonly text: string
  readonly dataStart: number
  readonly size: number
  /** In file order; offsets from the start of the data. */
  readonly tensors: readonly (TensorInfo & { readonly name: string })[]
}

/**
 * Lays tensors out and writes their header as the reference library does, byte for byte: types descending, then names by
 * bytes; no spaces; `__metadata__` first; padded with spaces to 8. (The library writes metadata in no fixed order; ours is sorted by bytes.)
 */
export function layOutFile(tensors: readonly NewTensor[], metadata: ReadonlyMap<string, string>): FileLayout {
  const placed = place([...tensors].sort(inFileOrder))
  const entries = placed.map((tensor) => `${JSON.stringify(tensor.name)}:${entryText(tensor)}`)
  const members = metadata.size === 0 ? entries : [`"__metadata__":${metadataText(metadata)}`, ...entries]
  const bare = `{${members.join(',')}}`
  const length = Buffer.byteLength(bare)
  const text = bare + ' '.repeat((8 - (length % 8)) % 8)
  const dataStart = 8 + Math.ceil(length / 8) * 8
  return { text, dataStart, size: dataStart + (placed.at(-1)?.end ?? 0), tensors: placed }
}

/** The first bytes of a file: the length of the header's text, and the text. */
export function encodeHeader(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  const head = new Uint8Array(8 + bytes.length)
  new DataView(head.buffer).setBigUint64(0, BigInt(bytes.length), true)
  head.set(bytes, 8)
  return head
}

function inFileOrder(a: NewTensor, b: NewTensor): number {
  return rankOf(b.dtype) - rankOf(a.dtype) || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))
}

function place(sorted: readonly NewTensor[]): (TensorInfo & { name: string })[] {
  let end = 0
  return sorted.map(({ name, dtype, shape }) => {
    const begin = end
    end = begin + (countElements(shape) * bitsOf(dtype)) / 8
    return { name, dtype, shape, begin, end }
  })
}

/** Elements of a tensor of this shape; 1 for a scalar. */
export function countElements(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, dimension) => product * dimension, 1)
}

function entryText({ dtype, shape, begin, end }: TensorInfo): string {
  return `{"dtype":"${dtype}","shape":[${shape.join(',')}],"data_offsets":[${begin},${end}]}`
}

function metadataText(metadata: ReadonlyMap<string, string>): string {
  const sorted = [...metadata].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return `{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`
}
