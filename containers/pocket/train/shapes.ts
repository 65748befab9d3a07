import type { Shape } from '../text/vocabulary.ts'

type Point = readonly [x: number, y: number]

/** Whether a point is inside the shape of radius 1 around the origin; y points down. */
export const SHAPE_TESTS: Readonly<Record<Shape, (x: number, y: number) => boolean>> = {
  circle: (x, y) => x * x + y * y < 1,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.86,
  triangle: insidePolygon([
    [0, -1],
    [1, 0.8],
    [-1, 0.8],
  ]),
  star: insidePolygon(starPoints()),
  heart: insideHeart,
  diamond: (x, y) => Math.abs(x) * 1.25 + Math.abs(y) < 1.05,
  ring: (x, y) => x * x + y * y < 1 && x * x + y * y > 0.28,
  cross: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 1 && Math.min(Math.abs(x), Math.abs(y)) < 0.34,
}

function insideHeart(x: number, y: number): boolean {
  const lobeX = Math.abs(x) - 0.48
  const lobeY = y + 0.36
  if (lobeX * lobeX + lobeY * lobeY < 0.27) return true
  return y > -0.36 && y < 1 && Math.abs(x) < (1 - y) * 0.72 && Math.abs(x) < 0.98
}

function starPoints(): Point[] {
  return Array.from({ length: 10 }, (_, corner): Point => {
    const radius = corner % 2 === 0 ? 1.12 : 0.47
    const angle = (corner * Math.PI) / 5
    return [radius * Math.sin(angle), -radius * Math.cos(angle)]
  })
}

/** Even-odd rule. */
function insidePolygon(points: readonly Point[]): (x: number, y: number) => boolean {
  const edges = points.map((from, index) => [from, points[(index + 1) % points.length]!] as const)
  return (x, y) => {
    let inside = false
    for (const [[x1, y1], [x2, y2]] of edges) {
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside
    }
    return inside
  }
}
