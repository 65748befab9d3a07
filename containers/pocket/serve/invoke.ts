import type { Clock } from '../../../functions/shared/clock.ts'
import { parseS3Address } from './bucket.ts'
import type { Fields } from './fields.ts'
import { findLora } from './find-lora.ts'
import { findModel, type ModelSources } from './find-model.ts'
import { type Invocation, parseObject, readInvocation } from './invocation.ts'
import type { LoraFile } from './job.ts'
import type { ModelFile } from './model-file.ts'
import type { Painter } from './painter.ts'
import { readRenderRequest } from './render-request.ts'
import { renderReply, upscaleReply } from './reply.ts'
import { readUpscaleRequest } from './upscale-request.ts'

/** What answering needs. */
export interface InvokeContext {
  readonly painter: Painter
  readonly models: ModelSources
  readonly clock: Clock
  /** From 0 to 1, for the seed -1. */
  readonly random: () => number
}

type AnswerTask = (invocation: Invocation, payload: Fields, context: InvokeContext) => Promise<object>

const ANSWERS: Readonly<Record<Invocation['task'], AnswerTask>> = {
  txt2img: answerRender,
  img2img: answerRender,
  'extra-single-image': async (_, payload, { painter }) => {
    const { pictures } = await painter.run({ kind: 'upscale', request: readUpscaleRequest(payload) })
    return upscaleReply(pictures[0]!)
  },
}

/** Answers the body of POST /invocations. Throws `ContainerError`, or what S3 throws. */
export async function invoke(body: string, context: InvokeContext): Promise<object> {
  const invocation = readInvocation(body)
  const payload = await readPayload(invocation.payload, context.models)
  return ANSWERS[invocation.task](invocation, payload, context)
}

async function readPayload(payload: Invocation['payload'], { openObject }: ModelSources): Promise<Fields> {
  if ('text' in payload) return parseObject(payload.text, 'payload_string')
  const object = await openObject(parseS3Address(payload.s3, 'param_s3'), 'param_s3')
  return parseObject(new TextDecoder().decode(await object.read()), 'The object at param_s3')
}

async function answerRender(invocation: Invocation, payload: Fields, context: InvokeContext): Promise<object> {
  const task = invocation.task === 'img2img' ? 'img2img' : 'txt2img'
  const request = readRenderRequest(payload, task, context.random)
  const files: ModelFile[] = []
  const hold = async (file: Promise<ModelFile>): Promise<ModelFile> => {
    files.push(await file)
    return files.at(-1)!
  }
  try {
    const model = await hold(findModel(invocation.model, context.models))
    const loras: LoraFile[] = []
    for (const use of request.loras) {
      const { name, path, field } = await hold(findLora(use.name, invocation.loras, context.models))
      loras.push({ ...use, name, path, field })
    }
    const job = {
      kind: 'render',
      request,
      model: { name: model.name, path: model.path, field: model.field },
      loras,
    } as const
    const { pictures, modelHash, loraHashes } = await context.painter.run(job)
    return renderReply(pictures, payload, {
      request,
      modelName: model.name,
      modelHash,
      loraHashes,
      finishedAt: context.clock.now(),
    })
  } finally {
    for (const file of files) file.release()
  }
}
