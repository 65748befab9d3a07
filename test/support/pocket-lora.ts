import { LORA_MODULES } from '../../containers/pocket/model/lora-modules.ts'
import { createRandom } from '../../containers/pocket/tensor/random.ts'
import { encodeHeader, layOutFile } from '../../functions/shared/safetensors/write-header.ts'

export interface FloatTensor {
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

/** A safetensors file of F32 tensors. */
export function floatTensorsFile(tensors: Readonly<Record<string, FloatTensor>>): Uint8Array {
  const listed = Object.entries(tensors).map(([name, { shape }]) => ({ name, dtype: 'F32' as const, shape }))
  const layout = layOutFile(listed, new Map())
  const file = new Uint8Array(layout.size)
  file.set(encodeHeader(layout.text))
  for (const { name, begin } of layout.tensors)
    file.set(Buffer.from(Float32Array.from(tensors[name]!.values).buffer), layout.dataStart + begin)
  return file
}

/** Random tensors of a LoRA for these modules of the pocket model, strong enough to change every picture. */
export function pocketLoraTensors(modules: readonly string[], seed: number, rank = 2): Record<string, FloatTensor> {
  const random = createRandom(seed)
  const numbers = (count: number): number[] => Array.from({ length: count }, () => random.normal() / 8)
  const tensors = modules.flatMap((name): [string, FloatTensor][] => {
    const { inputs, outputs } = LORA_MODULES.get(name)!
    return [
      [`${name}.lora_down.weight`, { shape: [rank, inputs], values: numbers(rank * inputs) }],
      [`${name}.lora_up.weight`, { shape: [outputs, rank], values: numbers(outputs * rank) }],
      [`${name}.alpha`, { shape: [], values: [rank] }],
    ]
  })
  return Object.fromEntries(tensors)
}

/** The file of such a LoRA. */
export function pocketLoraFile(modules: readonly string[], seed: number): Uint8Array {
  return floatTensorsFile(pocketLoraTensors(modules, seed))
}
