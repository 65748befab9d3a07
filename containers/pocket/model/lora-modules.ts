import { PARAMETERS } from './parameters.ts'

/** Which of the two weights of a prompt's tag counts for a module. */
export type LoraPart = 'textEncoder' | 'unet'

/** A weight that a LoRA can change. */
export interface LoraModule {
  /** Its tensor in a checkpoint, [in × out]. */
  readonly parameter: string
  readonly part: LoraPart
  readonly inputs: number
  readonly outputs: number
}

const WEIGHT = '.weight'
const PARTS: readonly [part: LoraPart, ofCheckpoint: string, ofLora: string][] = [
  ['unet', 'model.diffusion_model.', 'lora_unet_'],
  ['textEncoder', 'cond_stage_model.', 'lora_te_'],
]

/** Every module by the name that a LoRA's file has for it: `model.diffusion_model.out.condition.weight` is `lora_unet_out_condition`. */
export const LORA_MODULES: ReadonlyMap<string, LoraModule> = new Map(
  [...PARAMETERS].flatMap(([parameter, { rows, columns }]): [string, LoraModule][] => {
    if (!parameter.endsWith(WEIGHT)) return []
    const [part, ofCheckpoint, ofLora] = PARTS.find(([, prefix]) => parameter.startsWith(prefix))!
    const name = ofLora + parameter.slice(ofCheckpoint.length, -WEIGHT.length).replaceAll('.', '_')
    return [[name, { parameter, part, inputs: rows, outputs: columns }]]
  }),
)
