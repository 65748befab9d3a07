/** A number in [0, 1) that depends on nothing but the seed and the position: replaying an execution meets the same chances. */
export function seededRandom(seed: string, position: number): number {
  return mix(hashText(seed) ^ Math.imul(position + 1, 0x9e3779b1)) / 0x1_0000_0000
}

/** A version 4 UUID drawn from one position. */
export function seededUuid(seed: string, position: number): string {
  const base = hashText(seed)
  const words = [1, 2, 3, 4].map((word) =>
    mix(base ^ mix(Math.imul(position + 1, 0x9e3779b1) + word) ^ hashText(`${word}${seed}`)),
  )
  const hex = words.map((word) => word.toString(16).padStart(8, '0')).join('')
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) & 3]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
}

/** FNV-1a over UTF-16 units. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** The finaliser of MurmurHash3: every bit of the input reaches every bit of the result. */
function mix(value: number): number {
  let bits = value | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
