import type { Picture } from '../../containers/pocket/image/picture.ts'

const GAP = 8
const WHITE = 255

/** Rows of pictures of one size on a white sheet, with a gap between them. */
export function contactSheet(rows: Picture[][]): Picture {
  const { width: cellWidth, height: cellHeight } = rows[0]?.[0] ?? { width: 0, height: 0 }
  const columns = Math.max(...rows.map((row) => row.length))
  const width = columns * (cellWidth + GAP) - GAP
  const height = rows.length * (cellHeight + GAP) - GAP
  const bytes = new Uint8Array(width * height * 3).fill(WHITE)
  rows.forEach((row, y) => {
    row.forEach((picture, x) => {
      for (let line = 0; line < cellHeight; line++) {
        const source = picture.bytes.subarray(line * cellWidth * 3, (line + 1) * cellWidth * 3)
        bytes.set(source, ((y * (cellHeight + GAP) + line) * width + x * (cellWidth + GAP)) * 3)
      }
    })
  })
  return { width, height, bytes }
}
