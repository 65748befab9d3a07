import { createHash } from 'node:crypto'

const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789'
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const MIXED = `ABCDEFGHIJKLMNOPQRSTUVWXYZ${LOWER}`

/** The letters an identifier is made of. */
export const ALPHABETS = { lower: LOWER, upper: UPPER, mixed: MIXED } as const

/** `length` characters of the alphabet, at most 32, the same ones for the same seed. */
export function stableId(seed: string, length: number, alphabet: keyof typeof ALPHABETS = 'lower'): string {
  const letters = ALPHABETS[alphabet]
  const digest = createHash('sha256').update(seed).digest()
  return Array.from(digest.subarray(0, length), (byte) => letters[byte % letters.length]).join('')
}

/** A UUID of version 4's form, the same one for the same seed. */
export function stableUuid(seed: string): string {
  const digest = createHash('sha256').update(seed).digest()
  digest[6] = (digest[6]! & 0x0f) | 0x40
  digest[8] = (digest[8]! & 0x3f) | 0x80
  const hex = digest.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
