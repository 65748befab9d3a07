/** A reflected CRC whose register starts and ends inverted, as CRC-32, CRC-32C and CRC-64/NVME do. */
export interface CrcShape {
  width: 32 | 64
  polynomial: bigint
}

/** One stretch of bytes: its CRC (big-endian) and its length. */
export interface CrcPiece {
  crc: Buffer
  size: number
}

/** Multiplies two polynomials over GF(2) modulo the CRC's own; the highest bit is the coefficient of x^0. */
const multiply = (shape: CrcShape, left: bigint, right: bigint): bigint => {
  let product = 0n
  let shifted = right
  for (let bit = 1n << BigInt(shape.width - 1); bit > 0n; bit >>= 1n) {
    if (left & bit) product ^= shifted
    shifted = shifted & 1n ? (shifted >> 1n) ^ shape.polynomial : shifted >> 1n
  }
  return product
}

/** x^(8·size): what `size` zero bytes do to a register. */
const shiftByBytes = (shape: CrcShape, size: number): bigint => {
  const one = 1n << BigInt(shape.width - 1)
  let square = one >> 8n
  let result = one
  for (let rest = BigInt(size); rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = multiply(shape, square, result)
    square = multiply(shape, square, square)
  }
  return result
}

const toBigInt = (crc: Buffer): bigint => BigInt(`0x${crc.toString('hex')}`)

/** The CRC of the concatenation, from the CRCs of its pieces alone. */
export const combineCrcs = (shape: CrcShape, pieces: CrcPiece[]): Buffer => {
  // Parts of an upload nearly all have one size, so its shift is computed once.
  const shifts = new Map<number, bigint>()
  const shiftFor = (size: number): bigint => {
    const shift = shifts.get(size) ?? shiftByBytes(shape, size)
    shifts.set(size, shift)
    return shift
  }
  const combined = pieces.reduce((crc, piece) => multiply(shape, shiftFor(piece.size), crc) ^ toBigInt(piece.crc), 0n)
  return Buffer.from(combined.toString(16).padStart(shape.width / 4, '0'), 'hex')
}
