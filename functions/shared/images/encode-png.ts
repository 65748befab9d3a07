import { deflateSync } from 'node:zlib'
import { crcOf } from '../objects/crc32.ts'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const CHANNELS = 3
/** Eight bits a channel, red-green-blue, and the only compression, filter and interlacing that matter here. */
const EIGHT_BIT_RGB = [8, 2, 0, 0, 0]

/** Pixels row by row, three bytes each. */
export interface Pixels {
  width: number
  height: number
  rgb: Uint8Array
}

/** The pixels as a PNG file. */
export function encodePng({ width, height, rgb }: Pixels): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set(EIGHT_BIT_RGB, 8)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(scanlines({ width, height, rgb }))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Each row behind the number of its filter, which is none. */
function scanlines({ width, height, rgb }: Pixels): Buffer {
  const stride = width * CHANNELS
  const lines = Buffer.alloc(height * (stride + 1))
  for (let row = 0; row < height; row++) {
    lines.set(rgb.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1)
  }
  return lines
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  whole.set(body, 4)
  whole.writeUInt32BE(crcOf(body), body.length + 4)
  return whole
}
