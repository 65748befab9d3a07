import { S3Error } from '../s3-error.ts'
import type { ByteRange } from '../storage/blob-directory.ts'

const SINGLE_RANGE = /^bytes=(\d*)-(\d*)$/

/**
 * The bytes that a `Range` header selects of `size` bytes; undefined means all of them, which is also S3's answer to a
 * header it cannot read or that asks for several ranges. Throws InvalidRange.
 */
export const parseRange = (header: string | undefined, size: number): ByteRange | undefined => {
  const match = SINGLE_RANGE.exec(header?.trim() ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return undefined
  const [first, last] = [match[1]!, match[2]!]
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  const range =
    first === ''
      ? { start: Math.max(0, size - Number(last)), end: size - 1 }
      : { start: Number(first), end: last === '' ? size - 1 : Math.min(Number(last), size - 1) }
  if (range.start > range.end) {
    throw new S3Error('InvalidRange', undefined, { RangeRequested: header!, ActualObjectSize: size })
  }
  return range
}

/** `x-amz-copy-source-range`, which must lie within the source. */
export const parseCopyRange = (header: string | undefined, size: number): ByteRange | undefined => {
  if (header === undefined) return undefined
  const match = /^bytes=(\d+)-(\d+)$/.exec(header)
  if (!match || Number(match[1]) > Number(match[2])) {
    const message =
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy'
    throw new S3Error('InvalidArgument', message, { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: header })
  }
  const range = { start: Number(match[1]), end: Number(match[2]) }
  if (range.end >= size) {
    throw new S3Error('InvalidArgument', `Range specified is not valid for source object of size: ${size}`)
  }
  return range
}
