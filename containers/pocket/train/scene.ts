import type { Random } from '../tensor/random.ts'
import {
  COLOURS,
  type Colour,
  POSITIONS,
  type Position,
  SHAPES,
  type Shape,
  SIZES,
  type Size,
  TEXTURES,
  type Texture,
} from '../text/vocabulary.ts'

/** A colour, or a texture of two. */
export interface Paint {
  readonly colour: Colour
  readonly texture?: { readonly kind: Texture; readonly second: Colour }
}

/** Everything that a training picture shows. */
export interface Scene {
  readonly shape: Shape
  readonly shapePaint: Paint
  readonly background: Paint
  readonly size?: Size
  readonly position?: Position
  /** Small differences that captions do not speak of, each from -1 to 1. */
  readonly jitter: { readonly x: number; readonly y: number; readonly size: number }
}

/** Parts of the pictures that have a texture, a size, a position. */
const SHARES = { shapeTexture: 0.16, backgroundTexture: 0.16, size: 0.3, position: 0.25 }

/** A random scene; the shape always differs in colour from what is behind it. */
export function randomScene(random: Random): Scene {
  const happens = (share: number): boolean => random.uniform() < share
  const spread = (): number => random.uniform() * 2 - 1
  const shapeColour = random.pick(COLOURS)
  const others = COLOURS.filter((colour) => colour !== shapeColour)
  const backgroundColour = random.pick(others)
  const third = (): Colour => random.pick(others.filter((colour) => colour !== backgroundColour))
  const texture = (): Paint['texture'] => ({ kind: random.pick(TEXTURES), second: third() })
  return {
    shape: random.pick(SHAPES),
    shapePaint: { colour: shapeColour, ...(happens(SHARES.shapeTexture) ? { texture: texture()! } : {}) },
    background: { colour: backgroundColour, ...(happens(SHARES.backgroundTexture) ? { texture: texture()! } : {}) },
    ...(happens(SHARES.size) ? { size: random.pick(SIZES) } : {}),
    ...(happens(SHARES.position) ? { position: random.pick(POSITIONS) } : {}),
    jitter: { x: spread(), y: spread(), size: spread() },
  }
}
