import type { Clock } from '../../../functions/shared/clock.ts'
import { parseS3Address } from './bucket.ts'
import type { Fields } from './fields.ts'
import { findModel, type ModelSources } from './find-model.ts'
import { type Invocation, parseObject, readInvocation } from './invocation.ts'
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

async function answerRender({ task, model }: Invocation, payload: Fields, context: InvokeContext): Promise<object> {
  const request = readRenderRequest(payload, task === 'img2img' ? 'img2img' : 'txt2img', context.random)
  const file = await findModel(model, context.models)
  try {
    const job = { kind: 'render', request, modelName: file.name, modelPath: file.path } as const
    const { pictures, modelHash } = await context.painter.run(job)
    return renderReply(pictures, payload, { request, modelName: file.name, modelHash, finishedAt: context.clock.now() })
  } finally {
    file.release()
  }
}
