import { countElements } from '../safetensors/write-header.ts'

/**
 * Where the primary's tensor has more input channels than the secondary's: in each row of `row` elements only the first
 * `merged` ones have a partner; the others stay the primary's.
 */
export interface ChannelWindow {
  row: number
  merged: number
}

/** How two tensors fit. */
export type ShapeFit =
  | { kind: 'same' }
  | { kind: 'window'; window: ChannelWindow; channels: 8 | 9 }
  /** The secondary has the additional channels: the models are the wrong way round. */
  | { kind: 'swapped' }
  | { kind: 'different' }

const LATENT_CHANNELS = 4

/** Compares the primary's shape with the secondary's. Shapes that torch would broadcast are different. */
export function compareShapes(a: readonly number[], b: readonly number[]): ShapeFit {
  if (a.length === b.length && a.every((dimension, axis) => dimension === b[axis])) return { kind: 'same' }
  const onlyChannels = a.length === 4 && b.length === 4 && [0, 2, 3].every((axis) => a[axis] === b[axis])
  if (!onlyChannels) return { kind: 'different' }
  const [, ours, ...kernel] = a
  const theirs = b[1]
  if (ours === LATENT_CHANNELS && (theirs === 9 || theirs === 8)) return { kind: 'swapped' }
  if (theirs !== LATENT_CHANNELS || (ours !== 9 && ours !== 8)) return { kind: 'different' }
  const area = countElements(kernel)
  return { kind: 'window', channels: ours, window: { row: ours * area, merged: LATENT_CHANNELS * area } }
}
