import type { TensorInfo } from '../safetensors/header.ts'

type Tensors = ReadonlyMap<string, TensorInfo>

/** Names that the method never merges, although both models have them. */
const NEVER_MERGED: ReadonlySet<string> = new Set(['cond_stage_model.transformer.text_model.embeddings.position_ids'])

/** Old text-encoder prefixes and what they are called today. */
const RENAMED_PREFIXES: readonly [from: string, to: string][] = [
  ['cond_stage_model.transformer.embeddings.', 'cond_stage_model.transformer.text_model.embeddings.'],
  ['cond_stage_model.transformer.encoder.', 'cond_stage_model.transformer.text_model.encoder.'],
  ['cond_stage_model.transformer.final_layer_norm.', 'cond_stage_model.transformer.text_model.final_layer_norm.'],
]

/** SD2-turbo keeps SD2's text encoder under SDXL's name; the width of its last layer norm tells them apart. */
const TURBO_MARK = 'conditioner.embedders.0.model.ln_final.weight'
const TURBO_WIDTH = 1024
const TURBO_PREFIX: readonly [from: string, to: string] = ['conditioner.embedders.0.', 'cond_stage_model.']

/** Whether the method looks at a tensor of this name at all: a test for the substring, as the reference program does. */
export function takesPart(name: string): boolean {
  return name.includes('model') && !NEVER_MERGED.has(name)
}

/** The tensors under today's names, and the names that two tensors would get. */
export function renameTensors(tensors: Tensors): { renamed: Map<string, TensorInfo>; clashes: string[] } {
  const prefixes = isTurbo(tensors) ? [...RENAMED_PREFIXES, TURBO_PREFIX] : RENAMED_PREFIXES
  const renamed = new Map<string, TensorInfo>()
  const clashes: string[] = []
  for (const [name, info] of tensors) {
    const today = renameTensor(name, prefixes)
    if (renamed.has(today)) clashes.push(today)
    renamed.set(today, info)
  }
  return { renamed, clashes }
}

function isTurbo(tensors: Tensors): boolean {
  const shape = tensors.get(TURBO_MARK)?.shape
  return shape?.length === 1 && shape[0] === TURBO_WIDTH
}

function renameTensor(name: string, prefixes: readonly (readonly [string, string])[]): string {
  const rename = prefixes.find(([from]) => name.startsWith(from))
  return rename === undefined ? name : rename[1] + name.slice(rename[0].length)
}
