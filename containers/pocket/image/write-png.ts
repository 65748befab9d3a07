import { deflateSync } from 'node:zlib'
import { crcOf } from '../../../functions/shared/objects/crc32.ts'
import type { Picture } from './picture.ts'
import { PNG_SIGNATURE } from './png-chunks.ts'

const UP = 2
const TRUE_COLOUR = 2

/** The picture as a PNG file of 8 bits a channel, with `texts` (Latin-1) as its tEXt chunks: "parameters" is where A1111 keeps its own. */
export function writePng({ width, height, bytes }: Picture, texts: ReadonlyMap<string, string> = new Map()): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, TRUE_COLOUR, 0, 0, 0], 8)
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', header),
    ...[...texts].map(([name, text]) => chunk('tEXt', Buffer.from(`${name}\0${text}`, 'latin1'))),
    chunk('IDAT', deflateSync(filterRows(bytes, width * 3), { level: 6 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Every row as its difference from the row above, which deflates well. */
function filterRows(bytes: Uint8Array, stride: number): Uint8Array {
  const rows = bytes.length / stride
  const filtered = new Uint8Array(bytes.length + rows)
  for (let row = 0; row < rows; row++) {
    const to = row * (stride + 1)
    filtered[to] = UP
    for (let i = 0; i < stride; i++) {
      const above = row === 0 ? 0 : bytes[(row - 1) * stride + i]!
      filtered[to + 1 + i] = bytes[row * stride + i]! - above
    }
  }
  return filtered
}

function chunk(type: string, data: Uint8Array): Buffer {
  const framed = Buffer.alloc(12 + data.length)
  framed.writeUInt32BE(data.length, 0)
  framed.write(type, 4, 'latin1')
  framed.set(data, 8)
  framed.writeUInt32BE(crcOf(framed.subarray(4, 8 + data.length)), 8 + data.length)
  return framed
}
