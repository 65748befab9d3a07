import type { Parameters } from '../model/parameters.ts'
import { trainableMatrix } from '../tensor/matrix.ts'

/** What a training changes, and the model that follows from it. */
export interface Learner {
  /** Guesses with what was learned so far; the gradients of a batch gather in it. */
  readonly model: Parameters
  /** The numbers that are trained, by name; every part with a learning rate of its own. */
  readonly trained: Readonly<Record<Part, Parameters>>
  /** Takes the gradients from the model to the trained numbers. */
  project(): void
  /** Brings the model up to date after the trained numbers moved. */
  compose(): void
}

export type Part = 'denoiser' | 'textEncoder'

/** Which part a tensor belongs to, by its name. */
export function partOf(name: string): Part {
  return name.startsWith('cond_stage_model.') ? 'textEncoder' : 'denoiser'
}

/** The same numbers with room for gradients. */
export function toTrainable(parameters: Parameters): Parameters {
  return new Map(
    [...parameters].map(([name, { rows, columns, data }]) => [name, trainableMatrix(rows, columns, data.slice())]),
  )
}
