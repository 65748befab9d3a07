import type { Colour, Position, Size, Texture } from '../text/vocabulary.ts'
import type { Paint, Scene } from './scene.ts'
import { SHAPE_TESTS } from './shapes.ts'
import type { Style } from './styles.ts'

/** Pixels from one stripe to the next; half of it is the side of a checker. */
const PERIOD = 8

const SECOND_COLOUR: Readonly<Record<Texture, (x: number, y: number) => boolean>> = {
  striped: (_, y) => y % PERIOD >= PERIOD / 2,
  checkered: (x, y) => x % PERIOD >= PERIOD / 2 !== y % PERIOD >= PERIOD / 2,
  dotted: (x, y) => ((x % PERIOD) - 4) ** 2 + ((y % PERIOD) - 4) ** 2 < 5.5,
}

/** Radius in parts of the side. */
const RADIUS: Readonly<Record<Size | 'ordinary', number>> = { small: 0.17, ordinary: 0.29, large: 0.4 }

/** Where the middle of the shape is, in parts of the side. */
const PLACE: Readonly<Record<Position, readonly [x: number, y: number]>> = {
  left: [0.27, 0.5],
  right: [0.73, 0.5],
  top: [0.5, 0.27],
  bottom: [0.5, 0.73],
  center: [0.5, 0.5],
}

/** Samples along each side of a pixel. */
const SAMPLES = 2

/** The scene as pixels from -1 to 1: red, green, blue, pixel by pixel, row by row. */
export function drawPicture(scene: Scene, side: number, style: Style): Float32Array {
  const paintOf = createPainter(scene, side)
  const pixels = new Float32Array(side * side * 3)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
        const colour =
          style.colours[
            paintOf(x + ((sample % SAMPLES) + 0.5) / SAMPLES, y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES)
          ]
        for (let c = 0; c < 3; c++) pixels[(y * side + x) * 3 + c]! += colour[c]! / (SAMPLES * SAMPLES)
      }
    }
  }
  return style.finish(pixels, side).map((value) => value * 2 - 1)
}

/** For each pixel whether its middle is inside the shape: 1 or 0. */
export function layoutOf(scene: Scene, side: number): Float32Array {
  const isInside = createShapeTest(scene, side)
  return Float32Array.from({ length: side * side }, (_, at) =>
    isInside((at % side) + 0.5, Math.floor(at / side) + 0.5) ? 1 : 0,
  )
}

function createPainter(scene: Scene, side: number): (x: number, y: number) => Colour {
  const isInside = createShapeTest(scene, side)
  return (x, y) => colourAt(isInside(x, y) ? scene.shapePaint : scene.background, x, y)
}

function createShapeTest(scene: Scene, side: number): (x: number, y: number) => boolean {
  const inside = SHAPE_TESTS[scene.shape]
  const radius = RADIUS[scene.size ?? 'ordinary'] * side * (1 + 0.1 * scene.jitter.size)
  const [px, py] = PLACE[scene.position ?? 'center']
  const wander = scene.position === undefined ? 0.05 : 0.03
  const middleX = (px + wander * scene.jitter.x) * side
  const middleY = (py + wander * scene.jitter.y) * side
  return (x, y) => inside((x - middleX) / radius, (y - middleY) / radius)
}

function colourAt({ colour, texture }: Paint, x: number, y: number): Colour {
  return texture !== undefined && SECOND_COLOUR[texture.kind](x, y) ? texture.second : colour
}

/** The colours of the scene for the slots of the model's palette: ground, shape, and the second colour of each; NaN where there is none. */
export function paletteOf({ background, shapePaint }: Scene, style: Style): number[] {
  const colours = [background.colour, shapePaint.colour, background.texture?.second, shapePaint.texture?.second]
  return colours.flatMap((colour) =>
    colour === undefined ? [Number.NaN, Number.NaN, Number.NaN] : style.colours[colour].map((value) => value * 2 - 1),
  )
}
