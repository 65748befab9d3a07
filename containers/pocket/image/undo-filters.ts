import { UnreadablePictureError } from './png-chunks.ts'

/** What each of PNG's filters added, from the bytes to the left, above, and above to the left. */
const FILTERS: readonly ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
]

interface RowLayout {
  readonly stride: number
  readonly rows: number
  /** Bytes from one pixel to the next. */
  readonly pixel: number
}

/** The rows without the filters and their type bytes. */
export function undoFilters(filtered: Uint8Array, { stride, rows, pixel }: RowLayout): Uint8Array {
  const plain = new Uint8Array(stride * rows)
  for (let row = 0; row < rows; row++) {
    const from = row * (stride + 1)
    const filter = FILTERS[filtered[from]!]
    if (filter === undefined)
      throw new UnreadablePictureError('The picture cannot be read: a row has an unknown filter')
    const at = row * stride
    for (let i = 0; i < stride; i++) {
      const left = i < pixel ? 0 : plain[at + i - pixel]!
      const above = row === 0 ? 0 : plain[at + i - stride]!
      const corner = i < pixel || row === 0 ? 0 : plain[at + i - stride - pixel]!
      plain[at + i] = filtered[from + 1 + i]! + filter(left, above, corner)
    }
  }
  return plain
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner
  const [toLeft, toAbove, toCorner] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)]
  if (toLeft <= toAbove && toLeft <= toCorner) return left
  return toAbove <= toCorner ? above : corner
}
