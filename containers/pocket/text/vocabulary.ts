/** The words the model was taught, and the other spellings that mean the same. */

export const COLOURS = [
  'red',
  'green',
  'blue',
  'yellow',
  'orange',
  'purple',
  'pink',
  'cyan',
  'brown',
  'black',
  'white',
  'gray',
] as const
export const SHAPES = ['circle', 'square', 'triangle', 'star', 'heart', 'diamond', 'ring', 'cross'] as const
export const TEXTURES = ['striped', 'checkered', 'dotted'] as const
export const SIZES = ['small', 'large'] as const
export const POSITIONS = ['left', 'right', 'top', 'bottom', 'center'] as const
const LINKS = ['on', 'with', 'and', 'at', 'background'] as const

export type Colour = (typeof COLOURS)[number]
export type Shape = (typeof SHAPES)[number]
export type Texture = (typeof TEXTURES)[number]
export type Size = (typeof SIZES)[number]
export type Position = (typeof POSITIONS)[number]

const TAUGHT: readonly string[] = [...COLOURS, ...SHAPES, ...TEXTURES, ...SIZES, ...POSITIONS, ...LINKS]

/** What a colour or texture is said of: the shape, the second colour of its texture, or the same of what is behind it. */
export type Role = 'figure' | 'figureDetail' | 'ground' | 'groundDetail'

const PAINTS: readonly string[] = [...COLOURS, ...TEXTURES]
const ROLES: readonly Role[] = ['figure', 'figureDetail', 'ground', 'groundDetail']

/**
 * Rows of the embedding table. First the taught words; then colours and textures once more for each role but the first; from
 * `SPARE_START` on, unknown words share rows by hash.
 */
export const TABLE_ROWS = 176
export const SPARE_START = 96
const ROLE_START = 48

const SYNONYMS: Readonly<Record<Colour | Shape | Texture | Size | Position | 'on' | 'at' | 'background', string>> = {
  red: 'crimson scarlet',
  green: 'lime emerald',
  blue: 'navy azure',
  yellow: 'gold golden',
  orange: '',
  purple: 'violet',
  pink: 'magenta',
  cyan: 'turquoise teal aqua',
  brown: '',
  black: '',
  white: '',
  gray: 'grey silver',
  circle: 'circles ball balls disc disk dot sphere round sun',
  square: 'squares box boxes',
  triangle: 'triangles pyramid',
  star: 'stars',
  heart: 'hearts',
  diamond: 'diamonds rhombus',
  ring: 'rings donut doughnut',
  cross: 'crosses plus',
  striped: 'stripes stripe stripy',
  checkered: 'checkers checks checked checker checkerboard chequered chessboard chess',
  dotted: 'dots polka spots spotted',
  small: 'little tiny',
  large: 'big huge giant',
  left: '',
  right: '',
  top: 'upper above',
  bottom: 'lower below',
  center: 'centre centred centered middle',
  on: 'over upon before',
  at: '',
  background: 'backdrop bg backgrounds',
}

const ROW_OF: ReadonlyMap<string, number> = new Map([
  ...TAUGHT.map((word, row) => [word, row] as const),
  ...Object.entries(SYNONYMS).flatMap(([word, others]) =>
    others
      .split(' ')
      .filter((other) => other !== '')
      .map((other) => [other, TAUGHT.indexOf(word)] as const),
  ),
])

/** Words that say nothing about a picture. */
const SILENT: ReadonlySet<string> = new Set(
  'a an the of in is are it its to by for from that this there picture image photo painting drawing'.split(' '),
)

/** Whether the word is left out before the model sees the prompt. */
export function isSilent(word: string): boolean {
  return SILENT.has(word)
}

/** The taught word that this one means, or undefined. */
export function taughtWord(word: string): string | undefined {
  const row = ROW_OF.get(word)
  return row === undefined ? undefined : TAUGHT[row]
}

/** Whether the taught word says where something is. */
export function isPosition(word: string | undefined): boolean {
  return (POSITIONS as readonly (string | undefined)[]).includes(word)
}

/** The row of a lower-case word in its role; a word that nobody taught gets one of the spare rows, always the same. */
export function rowOfWord(word: string, role: Role = 'figure'): number {
  const row = ROW_OF.get(word)
  if (row === undefined) return SPARE_START + (hashWord(word) % (TABLE_ROWS - SPARE_START))
  const paint = PAINTS.indexOf(TAUGHT[row]!)
  return paint === -1 || role === 'figure' ? row : ROLE_START + (ROLES.indexOf(role) - 1) * PAINTS.length + paint
}

function hashWord(word: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(word)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}
