import { crc32 } from 'node:zlib'

/** CRC-32 of the bytes. */
export function crcOf(bytes: Uint8Array): number {
  return crc32(bytes)
}

/** A checksum as S3 writes it. */
export function crcToBase64(crc: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc)
  return bytes.toString('base64')
}

/** The checksum that S3's text means, or undefined when the text is none. */
export function crcFromBase64(text: string): number | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === 4 ? bytes.readUInt32BE() : undefined
}

/** The reflected polynomial of CRC-32. */
const POLYNOMIAL = 0xedb88320
/** The polynomial x^8 in reflected form: one zero byte. */
const ONE_BYTE = 0x00800000
const ONE = 0x80000000

/** CRC-32 of two runs of bytes one after the other, from their checksums and the length of the second. */
export function combineCrc(first: number, second: number, secondLength: number): number {
  return (multiplyModulo(powerModulo(ONE_BYTE, secondLength), first) ^ second) >>> 0
}

function powerModulo(base: number, exponent: number): number {
  let power = ONE
  let square = base
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = multiplyModulo(power, square)
    square = multiplyModulo(square, square)
  }
  return power
}

/** Product of two polynomials over GF(2), modulo that of CRC-32; the highest bit is the constant term. */
function multiplyModulo(a: number, b: number): number {
  let product = 0
  let shifted = b
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) product ^= shifted
    shifted = shifted & 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1
  }
  return product >>> 0
}
