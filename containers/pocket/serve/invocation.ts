import { refuse, unsupported } from './container-error.ts'
import { type Fields, isFields } from './fields.ts'
import { parseTolerantJson } from './tolerant-json.ts'

/** The kinds of models that the pocket container can use. */
export type ModelKind = 'Stable-diffusion' | 'Lora'

/** A model as the request names it. */
export interface RequestedModel {
  readonly kind: ModelKind
  /** A file's name, without folders. */
  readonly model_name: string
  /** `s3://bucket/prefix` under which the file of that name lies; absent when it is one of the endpoint's own. */
  readonly s3?: string
  /** The field it stands in, for messages. */
  readonly field: string
}

export const TASKS = ['txt2img', 'img2img', 'extra-single-image'] as const
export type Task = (typeof TASKS)[number]

/** The body of POST /invocations, checked; the payload itself may still lie in S3. */
export interface Invocation {
  readonly task: Task
  readonly model?: RequestedModel
  /** The LoRAs that the prompt may name. */
  readonly loras: readonly RequestedModel[]
  readonly payload: { readonly text: string } | { readonly s3: string }
}

/** Older names of tasks, and those only the GPU container has. */
const OTHER_NAMES: Readonly<Record<string, Task>> = {
  'text-to-image': 'txt2img',
  'image-to-image': 'img2img',
  'extras-single-image': 'extra-single-image',
}
const GPU_ONLY: ReadonlySet<string> = new Set([
  'rembg',
  'extra-batch-images',
  'extras-batch-images',
  'interrogate_clip',
  'interrogate_deepbooru',
])

/** The VAEs that mean "the one inside the checkpoint". */
const NO_VAE: ReadonlySet<string> = new Set(['Automatic', 'None'])

/** Reads the body. Throws `InvalidPayload` naming the field, or `UnsupportedTask`. */
export function readInvocation(body: string): Invocation {
  const fields = parseObject(body, 'The body')
  const models = fields.models ?? {}
  if (!isFields(models)) return refuse('models', 'is not an object of lists')
  refuseVae(models)
  const [model] = modelsOf(models, 'Stable-diffusion')
  return {
    task: taskOf(fields.task),
    payload: payloadOf(fields),
    loras: modelsOf(models, 'Lora'),
    ...(model && { model }),
  }
}

/** A JSON object from a text that a client wrote; `what` is how messages call it. */
export function parseObject(text: string, what: string): Fields {
  try {
    const value = parseTolerantJson(text)
    return isFields(value) ? value : refuse(what, 'is not a JSON object')
  } catch (cause) {
    if (cause instanceof SyntaxError) return refuse(what, `is not JSON: ${cause.message}`)
    throw cause
  }
}

function taskOf(value: unknown): Task {
  if (typeof value !== 'string') return refuse('task', `is missing; give one of ${TASKS.join(', ')}`)
  if (GPU_ONLY.has(value)) return unsupported(`task ${value}`)
  const task = Object.hasOwn(OTHER_NAMES, value) ? OTHER_NAMES[value] : TASKS.find((known) => known === value)
  return task ?? refuse('task', `is "${value}"; give one of ${TASKS.join(', ')}`)
}

function payloadOf({ payload_string: text, param_s3: s3 }: Fields): Invocation['payload'] {
  if (typeof text === 'string' && text !== '') return { text }
  if (typeof s3 === 'string' && s3 !== '') return { s3 }
  return refuse('payload_string', 'and param_s3 are both missing; give one of them')
}

function refuseVae(models: Fields): void {
  for (const vae of listOf(models, 'VAE')) {
    if (!NO_VAE.has(String(vae.model_name))) unsupported(`models.VAE is "${vae.model_name}"; pocket models have no VAE`)
  }
}

function modelsOf(models: Fields, kind: ModelKind): RequestedModel[] {
  return listOf(models, kind).map(({ model_name: name, s3 }, index) => {
    const field = `models.${kind}[${index}]`
    if (typeof name !== 'string' || name === '') return refuse(`${field}.model_name`, 'is missing')
    if (/[\\/]|^\.+$/.test(name)) refuse(`${field}.model_name`, `is "${name}"; give a file name`)
    const model = { kind, model_name: name, field }
    return typeof s3 === 'string' && s3 !== '' && s3 !== 'None' ? { ...model, s3 } : model
  })
}

function listOf(models: Fields, type: string): Fields[] {
  const list = models[type] ?? []
  if (!Array.isArray(list) || !list.every(isFields)) return refuse(`models.${type}`, 'is not a list of models')
  return list
}
