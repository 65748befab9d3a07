import type { Parameters } from '../model/parameters.ts'
import { type Learner, type Part, partOf, toTrainable } from './learner.ts'

/** Trains every number of the model (Dreambooth), or all but those of the text encoder. */
export function createFullLearner(base: Parameters, trainsText: boolean): Learner {
  const model = toTrainable(base)
  const only = (part: Part): Parameters => new Map([...model].filter(([name]) => partOf(name) === part))
  const frozen = trainsText ? [] : [...only('textEncoder').values()]
  return {
    model,
    trained: { denoiser: only('denoiser'), textEncoder: trainsText ? only('textEncoder') : new Map() },
    project: () => {
      for (const { gradient } of frozen) gradient.fill(0)
    },
    compose: () => {},
  }
}
