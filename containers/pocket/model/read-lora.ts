import { createMemorySource } from '../../../functions/shared/objects/byte-source.ts'
import type { SafetensorsHeader } from '../../../functions/shared/safetensors/header.ts'
import { readHeader } from '../../../functions/shared/safetensors/read-header.ts'
import { NotPocketLoraError } from './errors.ts'
import { LORA_MODULES, type LoraModule } from './lora-modules.ts'
import { readValues } from './read-values.ts'

/** What a LoRA adds to one weight: `scale` · (up · down), transposed. */
export interface LoraChange {
  readonly module: LoraModule
  readonly rank: number
  /** alpha / rank. */
  readonly scale: number
  /** [rank × in]. */
  readonly down: Float32Array
  /** [out × rank]. */
  readonly up: Float32Array
}

/** A LoRA: a change for each weight it knows. */
export type Lora = readonly LoraChange[]

const DOWN = 'lora_down.weight'
const UP = 'lora_up.weight'
const ALPHA = 'alpha'
const SUFFIXES: readonly string[] = [DOWN, UP, ALPHA]

/** The LoRA in a safetensors file with kohya's names. Throws `NotPocketLora` naming the first thing that is wrong. */
export async function readLora(name: string, file: Uint8Array): Promise<Lora> {
  try {
    const header = await readHeader(createMemorySource(name, file))
    const data = file.subarray(header.dataStart)
    return namesOfModules(header).map((module) => readChange(module, header, data))
  } catch (cause) {
    const message = (cause as Error).message
    throw new NotPocketLoraError(message.startsWith(name) ? message : `${name}: ${message}`, { cause })
  }
}

function namesOfModules({ tensors }: SafetensorsHeader): string[] {
  const names = new Set<string>()
  for (const tensor of tensors.keys()) {
    const dot = tensor.indexOf('.')
    const module = tensor.slice(0, Math.max(0, dot))
    if (!LORA_MODULES.has(module) || !SUFFIXES.includes(tensor.slice(dot + 1))) {
      throw new TypeError(`it is no LoRA for the pocket model, which has no place for ${tensor}`)
    }
    names.add(module)
  }
  if (names.size === 0) throw new TypeError('it is no LoRA, because it has no tensor')
  return [...names]
}

function readChange(name: string, { tensors }: SafetensorsHeader, data: Uint8Array): LoraChange {
  const module = LORA_MODULES.get(name)!
  const rank = tensors.get(`${name}.${DOWN}`)?.shape[0] ?? 0
  const read = (suffix: string, shape: readonly number[]): Float32Array => {
    const tensor = `${name}.${suffix}`
    const info = tensors.get(tensor)
    if (info === undefined) throw new TypeError(`it lacks ${tensor}`)
    if (info.shape.join() !== shape.join() || info.shape.length !== shape.length)
      throw new TypeError(`${tensor} has the shape [${info.shape}], the pocket model takes [${shape}]`)
    return readValues(tensor, info, data)
  }
  const down = read(DOWN, [rank, module.inputs])
  if (rank === 0) throw new TypeError(`${name}.${DOWN} has the rank 0`)
  const up = read(UP, [module.outputs, rank])
  const alphaShape = tensors.get(`${name}.${ALPHA}`)?.shape
  const alpha = alphaShape === undefined ? rank : read(ALPHA, alphaShape.length === 1 ? [1] : [])[0]!
  return { module, rank, scale: alpha / rank, down, up }
}
