import { fileURLToPath } from 'node:url'
import type { RecipeName } from '../train/recipes.ts'

/** Where the shipped checkpoint of this name lies. */
export function weightsPath(name: RecipeName): string {
  return fileURLToPath(new URL(`${name}.safetensors`, import.meta.url))
}

/** The checkpoint that is used when nothing else is asked for. */
export const SHIPPED_WEIGHTS: string = weightsPath('pocket-base')
