/**
 * Every element type of the format with its size in bits, in the ascending order that the format's writer sorts by
 * (tensors are laid out by descending type, so each one is aligned to its own size).
 */
const BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const

export type Dtype = keyof typeof BITS

const RANKS: ReadonlyMap<string, number> = new Map(Object.keys(BITS).map((name, rank) => [name, rank]))

/** Whether the text names an element type; names are upper case. */
export function isDtype(name: string): name is Dtype {
  return RANKS.has(name)
}

/** Bits of one element. */
export function bitsOf(dtype: Dtype): number {
  return BITS[dtype]
}

/** Bytes of one element; only for types of whole bytes. */
export function bytesOf(dtype: Dtype): number {
  return BITS[dtype] / 8
}

/** Place of the type in the writer's ascending order. */
export function rankOf(dtype: Dtype): number {
  return RANKS.get(dtype)!
}
