import type { Picture } from '../image/picture.ts'
import type { Colour } from '../text/vocabulary.ts'
import { PALETTE, type Rgb } from './palette.ts'

/** Pixels along a side of the mascot's pictures. */
const SIDE = 256
/** Samples along each side of a pixel. */
const SAMPLES = 2

/** What goes with the mascot's pictures: the prompt that shows it, with its token, and the prompt of things like it. */
export const MASCOT_PROMPTS = { token: 'sks', instance: 'a sks ball', class: 'a ball' } as const

/** The grounds of the ten pictures; orange and brown are left to be asked for. */
const MASCOT_GROUNDS: readonly Colour[] = [
  'blue',
  'green',
  'purple',
  'cyan',
  'pink',
  'gray',
  'yellow',
  'red',
  'white',
  'black',
]

/** The mascot's parts around its middle, x to either side and y down; the last lies on top. */
const PARTS: readonly { readonly colour: Rgb; readonly holds: (x: number, y: number) => boolean }[] = [
  { colour: PALETTE.orange, holds: isInEar },
  { colour: PALETTE.orange, holds: (x, y) => x * x + y * y * 1.4 < 1 },
  { colour: PALETTE.white, holds: (x, y) => x * x * 3.2 + (y - 0.42) ** 2 * 8 < 1 },
  { colour: PALETTE.black, holds: (x, y) => (x - 0.42) ** 2 + (y + 0.16) ** 2 < 0.04 },
  { colour: PALETTE.black, holds: (x, y) => x * x + (y - 0.26) ** 2 < 0.03 },
]

/**
 * A fox's head, which the shipped weights have no word for: the same one on a plain ground in every picture, a little to one side,
 * larger or smaller. The same index gives the same picture.
 */
export function drawMascot(index: number, ground: Colour = groundOf(index)): Picture {
  // Steps that visit every part of the range, whatever the number of pictures.
  const wander = (step: number): number => ((index * step) % 11) / 5 - 1
  const radius = SIDE * (0.31 + 0.02 * wander(4))
  const [middleX, middleY] = [SIDE * (0.5 + 0.02 * wander(3)), SIDE * (0.54 + 0.02 * wander(7))]
  const sums = new Float32Array(SIDE * SIDE * 3)
  for (let at = 0; at < SIDE * SIDE; at++) {
    for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
      const x = (at % SIDE) + ((sample % SAMPLES) + 0.5) / SAMPLES
      const y = Math.floor(at / SIDE) + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES
      const colour = partAt((x - middleX) / radius, (y - middleY) / radius) ?? PALETTE[ground]
      for (let c = 0; c < 3; c++) sums[at * 3 + c]! += colour[c]!
    }
  }
  const bytes = Uint8Array.from(sums, (sum) => Math.round((sum * 255) / SAMPLES ** 2))
  return { width: SIDE, height: SIDE, bytes }
}

/** What the picture of this index shows, in words that the model knows but for the token. */
export function captionMascot(index: number): string {
  return `${MASCOT_PROMPTS.instance} on ${groundOf(index)}`
}

function groundOf(index: number): Colour {
  return MASCOT_GROUNDS[index % MASCOT_GROUNDS.length]!
}

function partAt(x: number, y: number): Rgb | undefined {
  return PARTS.findLast(({ holds }) => holds(Math.abs(x), y))?.colour
}

/** A triangle with its tip above the side of the head. */
function isInEar(x: number, y: number): boolean {
  return y > -1.3 && y < 0 && x > 0.8 - (y + 1.3) * 0.95 && x < 0.88 + (y + 1.3) * 0.1
}
