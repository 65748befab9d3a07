import type { StyleName } from './styles.ts'

/** How a shipped checkpoint came about. */
export interface Recipe {
  readonly style: StyleName
  /** The checkpoint it starts from, or nothing. */
  readonly from?: RecipeName
  readonly steps: number
  readonly batch: number
  readonly learningRate: number
  readonly seed: number
}

export type RecipeName = 'pocket-base' | 'pocket-pastel'

/** Every shipped checkpoint. The second starts where the first ended, so that what lies between them is a model too. */
export const RECIPES: Readonly<Record<RecipeName, Recipe>> = {
  'pocket-base': { style: 'plain', steps: 3000, batch: 8, learningRate: 0.0025, seed: 1 },
  'pocket-pastel': { style: 'pastel', from: 'pocket-base', steps: 200, batch: 8, learningRate: 0.0015, seed: 2 },
}
