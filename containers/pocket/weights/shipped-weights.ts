import { fileURLToPath } from 'node:url'

/** The checkpoint that is used when nothing else is asked for. */
export const SHIPPED_WEIGHTS: string = fileURLToPath(new URL('pocket-base.safetensors', import.meta.url))
