import { SFNClient } from '@aws-sdk/client-sfn'
import type { ApiClient } from './api-client.ts'
import { awsOptions } from './aws-options.ts'
import type { DemoContext } from './demo-context.ts'
import { showExecution } from './demo-endpoint.ts'
import { followExecution } from './follow-execution.ts'

interface StartedInference {
  inference: { inference_id: string }
  execution: string
}

/** `GET /inferences/{id}`, as far as the demo reads it. */
export interface InferenceView {
  status: string
  image_names: string[]
  img_presigned_urls: string[]
  output_presigned_urls: string[]
  reason?: { error: string; cause: string }
}

/** What to paint, where and with what. */
export interface PaintOrder {
  prompt: string
  seed?: number
  steps?: number
  model: string
  /** LoRA files that the prompt names. */
  loras?: string[]
  endpointName: string
  notify: boolean
}

/** Starts an inference and shows its states until it has succeeded. */
export async function paint(
  context: DemoContext,
  api: ApiClient,
  order: PaintOrder,
): Promise<{ id: string; view: InferenceView; milliseconds: number }> {
  const startedAt = performance.now()
  const { data, status } = await api.call<StartedInference>('POST', '/inferences', bodyOf(order))
  const id = data.inference.inference_id
  context.unfinished.inferenceId = id
  context.terminal.line(`\nPOST /inferences → ${status}, execution ${id}`)
  await showExecution(context, data.execution)
  const view = await readPainted(api, id)
  delete context.unfinished.inferenceId
  return { id, view, milliseconds: performance.now() - startedAt }
}

/** The same without a word about its states. */
export async function paintQuietly(
  { stack, signal }: DemoContext,
  api: ApiClient,
  order: PaintOrder,
): Promise<InferenceView> {
  const { data } = await api.call<StartedInference>('POST', '/inferences', bodyOf(order))
  const sfn = new SFNClient(awsOptions(stack))
  await followExecution({ sfn, executionArn: data.execution, signal, onIterations: () => {}, onState: () => {} })
  return readPainted(api, data.inference.inference_id)
}

async function readPainted(api: ApiClient, id: string): Promise<InferenceView> {
  const { data: view } = await api.call<InferenceView>('GET', `/inferences/${id}`)
  if (view.status === 'succeed') return view
  throw new Error(`the inference ended ${view.status}: ${view.reason?.error}: ${view.reason?.cause}`)
}

/** The bytes behind a presigned URL. */
export async function fetchBytes(url: string): Promise<Buffer> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`the picture could not be fetched: ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}

function bodyOf({ prompt, seed, steps, model, loras, endpointName, notify }: PaintOrder) {
  const payload = {
    prompt,
    ...(seed === undefined ? {} : { seed }),
    ...(steps ? { steps } : {}),
  }
  return {
    task_type: 'txt2img',
    inference_type: 'Async',
    models: { 'Stable-diffusion': [model], ...(loras ? { Lora: loras } : {}) },
    sagemaker_endpoint_name: endpointName,
    payload_string: JSON.stringify(payload),
    notify,
  }
}
