import type { Picture } from './picture.ts'

/** How far from its middle the filter reaches, in pixels of the coarser picture. */
const REACH = 2

interface Weights {
  readonly first: number
  readonly shares: Float64Array
}

/** The picture at another size by bicubic interpolation (Catmull-Rom), averaged where it shrinks. Every value stays within 0 to 255. */
export function resize(picture: Picture, width: number, height: number): Picture {
  if (picture.width === width && picture.height === height) return picture
  const columns = listWeights(picture.width, width)
  const rows = listWeights(picture.height, height)
  const wide = new Float32Array(width * picture.height * 3)
  for (let y = 0; y < picture.height; y++) {
    columns.forEach((weights, x) => {
      gather(picture.bytes, { from: y * picture.width * 3, step: 3, weights }, { into: wide, at: (y * width + x) * 3 })
    })
  }
  const bytes = new Uint8ClampedArray(width * height * 3)
  rows.forEach((weights, y) => {
    for (let x = 0; x < width; x++) {
      gather(wide, { from: x * 3, step: width * 3, weights }, { into: bytes, at: (y * width + x) * 3 })
    }
  })
  return { width, height, bytes: new Uint8Array(bytes.buffer) }
}

/** The middle of the picture with the given proportions, as large as it can be. */
export function cropToProportions(picture: Picture, width: number, height: number): Picture {
  const scale = Math.min(picture.width / width, picture.height / height)
  const kept = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
  const left = Math.floor((picture.width - kept.width) / 2)
  const top = Math.floor((picture.height - kept.height) / 2)
  const bytes = new Uint8Array(kept.width * kept.height * 3)
  for (let y = 0; y < kept.height; y++) {
    const from = ((top + y) * picture.width + left) * 3
    bytes.set(picture.bytes.subarray(from, from + kept.width * 3), y * kept.width * 3)
  }
  return { ...kept, bytes }
}

interface Gathering {
  readonly from: number
  readonly step: number
  readonly weights: Weights
}

function gather(
  source: ArrayLike<number>,
  { from, step, weights: { first, shares } }: Gathering,
  { into, at }: { into: Float32Array | Uint8ClampedArray; at: number },
): void {
  for (let c = 0; c < 3; c++) {
    let sum = 0
    for (let tap = 0; tap < shares.length; tap++) sum += source[from + (first + tap) * step + c]! * shares[tap]!
    into[at + c] = sum
  }
}

/** For each pixel of the result, which pixels it is made of and by how much. */
function listWeights(from: number, to: number): Weights[] {
  const scale = Math.max(1, from / to)
  return Array.from({ length: to }, (_, index) => {
    const middle = ((index + 0.5) * from) / to - 0.5
    const first = Math.max(0, Math.ceil(middle - REACH * scale))
    const last = Math.min(from - 1, Math.floor(middle + REACH * scale))
    const shares = Float64Array.from({ length: last - first + 1 }, (_, tap) =>
      catmullRom((first + tap - middle) / scale),
    )
    const sum = shares.reduce((total, share) => total + share, 0)
    return { first, shares: shares.map((share) => share / sum) }
  })
}

function catmullRom(distance: number): number {
  const x = Math.abs(distance)
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
}
