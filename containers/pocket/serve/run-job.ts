import type { Picture } from '../image/picture.ts'
import { readPng } from '../image/read-png.ts'
import { resize } from '../image/resize.ts'
import { generate } from '../model/generate.ts'
import type { Parameters } from '../model/parameters.ts'
import { withoutNetworkTags } from '../text/network-tags.ts'
import { refuse } from './container-error.ts'
import type { Job, JobResult } from './job.ts'
import { loadModel } from './load-model.ts'
import type { RenderRequest } from './render-request.ts'
import { upscaledSize } from './upscale-request.ts'

/** Does a job. Throws `ContainerError` where the caller is to blame. */
export async function runJob(job: Job): Promise<JobResult> {
  if (job.kind === 'upscale') return { pictures: [upscale(job.request)], modelHash: '', loraHashes: [] }
  const { model, ...hashes } = await loadModel(job.model, job.loras)
  return { pictures: render(model, job.request), ...hashes }
}

function render(model: Parameters, request: RenderRequest): Picture[] {
  const { start, batchSize, batches, loras: _, ...each } = request
  const picture = start && decode(start.image, 'init_images[0]')
  return Array.from({ length: batchSize * batches }, (_, index) =>
    generate(model, {
      ...each,
      prompt: withoutNetworkTags(request.prompt),
      negativePrompt: withoutNetworkTags(request.negativePrompt),
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
