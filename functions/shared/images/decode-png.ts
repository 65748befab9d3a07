import { createInflate, type Inflate } from 'node:zlib'
import { BadImage } from './bad-image.ts'
import { type PngHeader, readPngData } from './png-file.ts'

const CHUNK_BYTES = 1024 * 1024
const LAST_FILTER = 4

/** Left, top, and the steps to the right and down of each pass of an interlaced image. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const

interface Rows {
  rows: number
  /** With the number of the filter, which is the first byte of each row. */
  bytes: number
}

/**
 * Inflates the pixels as a stream and looks at every row, so that the memory it takes does not grow with the image.
 * Throws `BadImage` when a row is missing, has an unknown filter, or is too many.
 */
export async function decodePng(bytes: Buffer, header: PngHeader): Promise<void> {
  const data = readPngData(bytes, header)
  const check = createRowCheck(rowsOf(header))
  try {
    for await (const chunk of inflated(data)) check.take(chunk as Buffer)
  } catch (error) {
    throw faultOf(error)
  }
  if (!check.isComplete()) throw new BadImage('truncated')
}

function inflated(data: readonly Buffer[]): Inflate {
  const inflate = createInflate({ chunkSize: CHUNK_BYTES })
  for (const part of data) inflate.write(part)
  return inflate.end()
}

function rowsOf({ width, height, bitsPerPixel, isInterlaced }: PngHeader): Rows[] {
  const passes = isInterlaced ? PASSES : [[0, 0, 1, 1] as const]
  return passes
    .map(([left, top, right, down]) => ({
      rows: Math.ceil((height - top) / down),
      bytes: 1 + Math.ceil((Math.ceil((width - left) / right) * bitsPerPixel) / 8),
    }))
    .filter(({ rows, bytes }) => rows > 0 && bytes > 1)
}

/** Follows the inflated bytes from row to row. */
function createRowCheck(passes: Rows[]) {
  const total = passes.reduce((sum, { rows, bytes }) => sum + rows * bytes, 0)
  let seen = 0
  let nextRow = 0
  let pass = 0
  let row = 0

  const step = (): void => {
    nextRow += passes[pass]?.bytes ?? 0
    row++
    if (row === passes[pass]?.rows) {
      pass++
      row = 0
    }
  }
  return {
    take(chunk: Buffer): void {
      if (seen + chunk.length > total) throw new BadImage('damaged: it holds more data than its pixels need')
      while (nextRow < seen + chunk.length) {
        if ((chunk[nextRow - seen] as number) > LAST_FILTER) throw new BadImage('damaged: a row has an unknown filter')
        step()
      }
      seen += chunk.length
    },
    isComplete: () => seen === total,
  }
}

function faultOf(error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string }
  if (code === 'Z_BUF_ERROR') return new BadImage('truncated')
  return code?.startsWith('Z_') ? new BadImage(`damaged: ${message}`) : error
}
