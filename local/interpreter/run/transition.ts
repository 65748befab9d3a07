import type { Json } from '../contract.ts'

/** What a state answers: go on, end the workflow, or wait for the world. */
export type Transition =
  | { readonly kind: 'next'; readonly state: string; readonly output: Json; readonly text: string }
  | { readonly kind: 'end'; readonly output: Json; readonly text: string }
  | { readonly kind: 'waiting' }

export const waiting: Transition = { kind: 'waiting' }
