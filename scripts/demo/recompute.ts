import { closeSync, openSync, readSync } from 'node:fs'

interface Tensor {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

/** A safetensors file, opened; only what a comparison needs, and no code that the product has. */
interface Weights {
  tensors: Record<string, Tensor>
  read(tensor: Tensor): Buffer
  close(): void
}

export interface Recomputation {
  /** How many tensors were merged anew and compared byte for byte. */
  compared: number
  elements: number
  /** Tensors of kinds this check does not recompute, because they are not F16, F32 or copied. */
  passedOver: number
  /** The tensors that differ, by name. */
  different: string[]
}

/** At a few million elements a second, so much can be recomputed while somebody waits. */
const MOST_ELEMENTS = 100_000_000

function openWeights(path: string): Weights {
  const file = openSync(path, 'r')
  const prefix = Buffer.alloc(8)
  readSync(file, prefix, 0, 8, 0)
  const headerLength = Number(prefix.readBigUInt64LE())
  const header = Buffer.alloc(headerLength)
  readSync(file, header, 0, headerLength, 8)
  const { __metadata__: _, ...tensors } = JSON.parse(header.toString()) as Record<string, Tensor>
  return {
    tensors,
    read({ data_offsets: [begin, end] }) {
      const bytes = Buffer.alloc(end - begin)
      readSync(file, bytes, 0, bytes.length, 8 + headerLength + begin)
      return bytes
    },
    close: () => closeSync(file),
  }
}

function decodeHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

const HALVES = Float64Array.from({ length: 65_536 }, (_, bits) => decodeHalf(bits))

/** The half nearest to `value`, ties to the even one, as a number: the grid of halves is 2^(exponent - 10) wide. */
function roundToHalf(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))))
  const grid = 2 ** (exponent - 10)
  const steps = value / grid
  const below = Math.floor(steps)
  const rest = steps - below
  const isUp = rest > 0.5 || (rest === 0.5 && below % 2 !== 0)
  const rounded = (below + (isUp ? 1 : 0)) * grid
  if (Math.abs(rounded) >= 65_520) return rounded > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  return rounded === 0 && value < 0 ? -0 : rounded
}

const isSame = (a: number, b: number): boolean => Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))

function mergedHalvesAgree(a: Buffer, b: Buffer, out: Buffer, multiplier: number): boolean {
  const keep = Math.fround(1 - multiplier)
  const take = Math.fround(multiplier)
  for (let at = 0; at < out.length; at += 2) {
    const left = roundToHalf(Math.fround(keep * (HALVES[a.readUInt16LE(at)] ?? 0)))
    const right = roundToHalf(Math.fround(take * (HALVES[b.readUInt16LE(at)] ?? 0)))
    if (!isSame(roundToHalf(Math.fround(left + right)), HALVES[out.readUInt16LE(at)] ?? 0)) return false
  }
  return true
}

function mergedSinglesAgree(a: Buffer, b: Buffer, out: Buffer, multiplier: number): boolean {
  const keep = Math.fround(1 - multiplier)
  const take = Math.fround(multiplier)
  for (let at = 0; at < out.length; at += 4) {
    const left = Math.fround(keep * a.readFloatLE(at))
    const right = Math.fround(take * b.readFloatLE(at))
    if (!isSame(Math.fround(left + right), out.readFloatLE(at))) return false
  }
  return true
}

const AGREEMENTS = { F16: mergedHalvesAgree, F32: mergedSinglesAgree } as const

/** Whether A's and B's tensors of this name make the output's; undefined when the kind is not one this check recomputes. */
function agrees(name: string, files: Record<'a' | 'b' | 'out', Weights>, multiplier: number): boolean | undefined {
  const { a, b, out } = files
  const [left, right, made] = [a.tensors[name], b.tensors[name], out.tensors[name]]
  if (!left || !made) return false
  const isCopy = !right || !name.includes('model') || /^[IUB][0-9O]/.test(left.dtype)
  if (isCopy) return a.read(left).equals(out.read(made))
  const isPlain = left.dtype === right.dtype && left.dtype === made.dtype && left.shape.join() === right.shape.join()
  const compare = AGREEMENTS[left.dtype as keyof typeof AGREEMENTS]
  return isPlain && compare ? compare(a.read(left), b.read(right), out.read(made), multiplier) : undefined
}

const countElements = (tensor: Tensor | undefined): number =>
  tensor?.shape.reduce((product, length) => product * length, 1) ?? 0

/**
 * Merges two checkpoints anew, one element after the other in 64-bit arithmetic and with no code of the product, and
 * compares with what the stack made: `(1 - multiplier) × A + multiplier × B`, rounded where torch rounds. Of files larger than a hundred million
 * weights every n-th tensor is compared; `compared` tells how many.
 */
export function recompute(paths: { a: string; b: string; out: string }, multiplier: number): Recomputation {
  const files = { a: openWeights(paths.a), b: openWeights(paths.b), out: openWeights(paths.out) }
  const result: Recomputation = { compared: 0, elements: 0, passedOver: 0, different: [] }
  const names = Object.keys(files.out.tensors)
  const missing = Object.keys(files.a.tensors).filter((name) => !(name in files.out.tensors))
  const total = names.reduce((sum, name) => sum + countElements(files.out.tensors[name]), 0)
  const stride = Math.ceil(total / MOST_ELEMENTS)
  for (const name of names.filter((_, index) => index % stride === 0)) {
    const verdict = agrees(name, files, multiplier)
    if (verdict === undefined) result.passedOver++
    else result.compared++
    if (verdict === false) result.different.push(name)
    result.elements += countElements(files.out.tensors[name])
  }
  for (const file of Object.values(files)) file.close()
  return { ...result, different: [...missing, ...result.different] }
}
