import type { TensorInfo } from '../safetensors/header.ts'
import { copyOrHalve, type Decision } from './decide-tensors.ts'

/** The prefix under which a whole model keeps its VAE. */
const VAE_PREFIX = 'first_stage_model.'

/** The result with the VAE in it, the tensors whose shapes differ, and how many were replaced. */
export interface BakedVae {
  decisions: Decision[]
  misfits: string[]
  replaced: number
}

/** Replaces the VAE of a result by that of a file of its own. Tensors that the result does not have are ignored. */
export function bakeVae(decisions: readonly Decision[], vae: ReadonlyMap<string, TensorInfo>, half: boolean): BakedVae {
  const misfits: string[] = []
  let replaced = 0
  const baked = decisions.map((decision) => {
    const info = findReplacement(decision.name, vae)
    if (info === undefined) return decision
    replaced += 1
    if (info.shape.join() !== decision.shape.join()) {
      misfits.push(`${decision.name} (result [${decision.shape}], VAE [${info.shape}])`)
    }
    return copyOrHalve(decision.name, { role: 'bakeInVae', info }, half)
  })
  return { decisions: baked, misfits, replaced }
}

function findReplacement(name: string, vae: ReadonlyMap<string, TensorInfo>): TensorInfo | undefined {
  if (!name.startsWith(VAE_PREFIX)) return undefined
  const inner = name.slice(VAE_PREFIX.length)
  // What training left behind in a VAE file is no weight.
  const training = inner.startsWith('loss') || inner === 'model_ema.decay' || inner === 'model_ema.num_updates'
  return training ? undefined : vae.get(inner)
}
