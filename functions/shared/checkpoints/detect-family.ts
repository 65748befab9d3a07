import type { SafetensorsHeader, TensorInfo } from '../safetensors/header.ts'

/** Which architecture a file belongs to; `unknown` is no error. */
export type CheckpointFamily =
  | 'sd1'
  | 'sd2'
  | 'sdxl'
  | 'sdxl-refiner'
  | 'sd3'
  | 'flux'
  | 'pocket'
  | 'lora'
  | 'controlnet'
  | 'vae'
  | 'embedding'
  | 'unknown'

/** What the first convolution takes besides the 4 latent channels. */
export type CheckpointVariant = 'plain' | 'inpainting' | 'instruct-pix2pix'

type Tensors = ReadonlyMap<string, TensorInfo>

const FIRST_CONVOLUTION = 'model.diffusion_model.input_blocks.0.0.weight'
/** What the pocket model has and no model for a GPU: it mixes colours and is told where the shape is. All of them are matrices. */
const POCKET_ONLY = [
  'cond_stage_model.token_embedding.weight',
  'model.diffusion_model.palette.weight',
  'model.diffusion_model.layout.weight',
]
const CROSS_ATTENTION = /^model\.diffusion_model\.input_blocks\..*\.attn2\.to_k\.weight$/

/** In order: the first row that holds names the family. Names come before widths, so a slimmed model keeps its family. */
const FAMILIES: readonly [CheckpointFamily, (tensors: Tensors) => boolean][] = [
  ['pocket', (tensors) => POCKET_ONLY.every((name) => tensors.get(name)?.shape.length === 2)],
  ['sd3', (tensors) => hasName(tensors, /^model\.diffusion_model\.joint_blocks\./)],
  ['flux', (tensors) => hasName(tensors, /^(model\.diffusion_model\.)?double_blocks\./)],
  ['sdxl', (tensors) => hasName(tensors, /^conditioner\.embedders\.1\./)],
  [
    'sdxl-refiner',
    (tensors) => hasName(tensors, /^conditioner\.embedders\.0\.model\.transformer\./) && hasLabels(tensors),
  ],
  ['sd2', (tensors) => hasName(tensors, /^(cond_stage_model|conditioner\.embedders\.0)\.model\./)],
  ['sd1', (tensors) => hasName(tensors, /^cond_stage_model\.transformer\./)],
  ['sdxl', (tensors) => contextWidth(tensors) === 2048],
  ['sd2', (tensors) => contextWidth(tensors) === 1024],
  ['sd1', (tensors) => contextWidth(tensors) === 768],
  ['lora', (tensors) => hasName(tensors, /\.lora_(up|down|A|B)\b/)],
  ['controlnet', (tensors) => hasName(tensors, /^(control_model\.|input_hint_block\.|controlnet_cond_embedding\.)/)],
  ['vae', (tensors) => tensors.has('encoder.conv_in.weight') && tensors.has('decoder.conv_in.weight')],
  ['embedding', (tensors) => tensors.has('emb_params') || tensors.has('clip_l') || tensors.has('string_to_param.*')],
]

const VARIANTS: ReadonlyMap<number | undefined, CheckpointVariant> = new Map([
  [9, 'inpainting'],
  [8, 'instruct-pix2pix'],
])

/** The architecture that names and shapes of the tensors speak of. */
export function detectFamily({ tensors }: Pick<SafetensorsHeader, 'tensors'>): CheckpointFamily {
  return FAMILIES.find(([, holds]) => holds(tensors))?.[0] ?? 'unknown'
}

/** Whether the model takes a mask or an image beside the latents. */
export function detectVariant({ tensors }: Pick<SafetensorsHeader, 'tensors'>): CheckpointVariant {
  return VARIANTS.get(tensors.get(FIRST_CONVOLUTION)?.shape[1]) ?? 'plain'
}

function hasName(tensors: Tensors, pattern: RegExp): boolean {
  for (const name of tensors.keys()) if (pattern.test(name)) return true
  return false
}

function hasLabels(tensors: Tensors): boolean {
  return hasName(tensors, /^model\.diffusion_model\.label_emb\./)
}

function contextWidth(tensors: Tensors): number | undefined {
  for (const [name, { shape }] of tensors) if (CROSS_ATTENTION.test(name)) return shape[1]
  return undefined
}
