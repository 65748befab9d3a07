import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Picture } from '../image/picture.ts'
import { readPng } from '../image/read-png.ts'
import { resize } from '../image/resize.ts'
import { readCheckpoint } from '../model/checkpoint.ts'
import { generate } from '../model/generate.ts'
import type { Parameters } from '../model/parameters.ts'
import { ContainerError, refuse } from './container-error.ts'
import type { Job, JobResult } from './job.ts'
import type { RenderRequest } from './render-request.ts'
import { upscaledSize } from './upscale-request.ts'

interface LoadedModel {
  readonly model: Parameters
  readonly hash: string
}

/** Models that stay in memory. */
const MOST_MODELS = 4
const loaded = new Map<string, LoadedModel>()

/** Does a job. Throws `ContainerError` where the caller is to blame. */
export async function runJob(job: Job): Promise<JobResult> {
  if (job.kind === 'upscale') return { pictures: [upscale(job.request)], modelHash: '' }
  const { model, hash } = await loadModel(job.modelName, job.modelPath)
  return { pictures: render(model, job.request), modelHash: hash }
}

function render(model: Parameters, request: RenderRequest): Picture[] {
  const { start, batchSize, batches, ...each } = request
  const picture = start && decode(start.image, 'init_images[0]')
  return Array.from({ length: batchSize * batches }, (_, index) =>
    generate(model, {
      ...each,
      seed: request.seed + index,
      ...(start && picture && { start: { picture, strength: start.strength } }),
    }),
  )
}

function upscale({ image, target }: Extract<Job, { kind: 'upscale' }>['request']): Picture {
  const picture = decode(image, 'image')
  const { width, height } = upscaledSize(picture, target)
  return resize(picture, width, height)
}

function decode(image: Uint8Array, field: string): Picture {
  try {
    return readPng(image)
  } catch (cause) {
    return refuse(field, `is no PNG that can be read: ${(cause as Error).message}`)
  }
}

async function loadModel(name: string, path: string): Promise<LoadedModel> {
  const file = await readFile(path)
  const hash = createHash('sha256').update(file).digest('hex').slice(0, 10)
  const known = loaded.get(hash)
  const model = known ?? { hash, model: await read(name, file) }
  loaded.delete(hash)
  loaded.set(hash, model)
  for (const old of [...loaded.keys()].slice(0, -MOST_MODELS)) loaded.delete(old)
  return model
}

async function read(name: string, file: Uint8Array): Promise<Parameters> {
  try {
    return await readCheckpoint(name, file)
  } catch (cause) {
    throw new ContainerError('InvalidPayload', `models.Stable-diffusion[0]: ${(cause as Error).message}`, { cause })
  }
}
