/** Numbers that look random and are the same on every machine for the same seed. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  uniform(): number
  /** Nearly normal, mean 0 and variance 1: the sum of twelve uniforms, because logarithms differ between engines. */
  normal(): number
  /** One of the items. */
  pick<Item>(items: readonly Item[]): Item
}

/** A generator from a 32-bit seed. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  const uniform = (): number => next() / 2 ** 32
  return {
    uniform,
    normal: () => {
      let sum = -6
      for (let i = 0; i < 12; i++) sum += uniform()
      return sum
    },
    pick: (items) => items[Math.floor(uniform() * items.length)]!,
  }
}
