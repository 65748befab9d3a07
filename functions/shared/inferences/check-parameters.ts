import { choiceField, integerField, listField, refuse, textField } from '../http/fields.ts'
import type { JsonObject } from '../http/json-body.ts'
import type { TaskType } from './inference-record.ts'

type Check = (value: unknown, where: string) => void

const LONGEST_PROMPT = 20_000
const MOST_IMAGES = 64
const MOST_INPUT_IMAGES = 16

/** Clients write 20 as 20.0, and JSON keeps no difference. */
const whole =
  (min: number, max: number): Check =>
  (value, where) =>
    integerField(value, where, { min, max })

const between =
  (min: number, max: number): Check =>
  (value, where) => {
    if (typeof value === 'number' && value >= min && value <= max) return
    refuse(where, `is ${typeof value === 'number' ? value : 'not a number'}`, `give a number from ${min} to ${max}`)
  }

const text: Check = (value, where) => textField(value, where, { min: 0, max: LONGEST_PROMPT })
const image: Check = (value, where) => textField(value, where, { min: 1, max: Number.MAX_SAFE_INTEGER })

const GENERATION: Readonly<Record<string, Check>> = {
  prompt: text,
  negative_prompt: text,
  seed: whole(-1, Number.MAX_SAFE_INTEGER),
  steps: whole(1, 150),
  cfg_scale: between(0, 50),
  width: whole(8, 4096),
  height: whole(8, 4096),
  batch_size: whole(1, MOST_IMAGES),
  n_iter: whole(1, MOST_IMAGES),
  denoising_strength: between(0, 1),
  sampler_name: text,
}

/** What is looked at of each task's parameters. Anything else is the container's to understand. */
const CHECKS: Readonly<Record<TaskType, { fields: Readonly<Record<string, Check>>; needed: readonly string[] }>> = {
  txt2img: { fields: GENERATION, needed: [] },
  img2img: {
    fields: {
      ...GENERATION,
      init_images: (value, where) => {
        const images = listField(value, where, { min: 1, max: MOST_INPUT_IMAGES })
        for (const [index, item] of images.entries()) image(item, `${where}[${index}]`)
      },
    },
    needed: ['init_images'],
  },
  'extra-single-image': {
    fields: {
      image,
      upscaling_resize: between(1, 8),
      resize_mode: (value, where) => choiceField(String(value), where, ['0', '1']),
    },
    needed: ['image'],
  },
  rembg: { fields: { input_image: image }, needed: ['input_image'] },
}

/**
 * Refuses parameters that no container can do anything with, naming the field. `null` means what is missing means; unknown
 * fields pass, because containers differ in what they know.
 */
export function checkParameters(taskType: TaskType, parameters: JsonObject): void {
  const { fields, needed } = CHECKS[taskType]
  for (const [name, check] of Object.entries(fields)) {
    const value = parameters[name] ?? undefined
    if (value !== undefined || needed.includes(name)) check(value, name)
  }
  const images = imageCount(parameters)
  if (images > MOST_IMAGES) refuse('batch_size × n_iter', `is ${images}`, `ask for at most ${MOST_IMAGES} images`)
}

/** How many images the parameters ask for. */
export function imageCount({ batch_size, n_iter }: JsonObject): number {
  return Number(batch_size ?? 1) * Number(n_iter ?? 1)
}
