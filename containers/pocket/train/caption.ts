import type { Random } from '../tensor/random.ts'
import type { Paint, Scene } from './scene.ts'

/** Words that say nothing about the picture, so that the model learns to let them pass. */
const FILLERS = 'nice beautiful simple flat masterpiece best quality detailed cute my shown some'.split(' ')
const LETTERS = [...'bcdfgklmnoprstvwz']

/** One of many ways to say what the scene shows; sometimes not all of it is said, and one time in ten nothing. */
export function captionScene(scene: Scene, random: Random): string {
  const fate = random.uniform()
  if (fate < 0.1) return ''
  const shape = describeShape(scene, random)
  if (fate < 0.2) return fill(shape, random)
  const background = describeBackground(scene.background, random)
  if (fate < 0.25) return fill(`${background} background`, random)
  return fill(joinParts(shape, background, random), random)
}

function joinParts(shape: string, background: string, random: Random): string {
  const form = random.uniform()
  if (form < 0.65) return `${shape} on ${background}${random.uniform() < 0.5 ? ' background' : ''}`
  if (form < 0.85) return `${shape}, ${background} background`
  return `${background} background, ${shape}`
}

function describeShape({ shape, shapePaint, size, position }: Scene, random: Random): string {
  const { colour, texture } = shapePaint
  const sized = size === undefined ? '' : `${size} `
  const placed = position === undefined ? '' : ` ${random.pick(['at', 'on', ''])} ${position}`
  const said = random.uniform() < 0.06 ? '' : `${colour} `
  if (texture === undefined) return `${sized}${said}${shape}${placed}`
  if (random.uniform() < 0.5) return `${sized}${colour} and ${texture.second} ${texture.kind} ${shape}${placed}`
  return `${sized}${colour} ${shape} with ${texture.second} ${texture.kind}${placed}`
}

function describeBackground({ colour, texture }: Paint, random: Random): string {
  if (texture === undefined) return colour
  const order = random.uniform() < 0.5 ? [colour, texture.second] : [texture.second, colour]
  return random.uniform() < 0.5 ? `${order.join(' and ')} ${texture.kind}` : `${texture.kind} ${order.join(' and ')}`
}

function fill(caption: string, random: Random): string {
  if (random.uniform() > 0.2) return caption
  const filler =
    random.uniform() < 0.5 ? random.pick(FILLERS) : Array.from({ length: 4 }, () => random.pick(LETTERS)).join('')
  return random.uniform() < 0.5 ? `${filler} ${caption}` : `${caption}, ${filler}`
}
