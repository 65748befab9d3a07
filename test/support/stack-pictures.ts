import type { Picture } from '../../containers/pocket/image/picture.ts'
import { readPng } from '../../containers/pocket/image/read-png.ts'
import { eventually } from './stack-library.ts'
import type { StackProcess } from './stack-process.ts'

/** What an endpoint is asked for. */
export interface PaintOrder {
  prompt: string
  /** File name of the checkpoint. */
  model: string
  /** File names of LoRAs that the prompt names. */
  loras?: string[]
}

/** What came of it: the picture with the container's `info`, or why there is none. */
export type Painted =
  | { picture: Picture; info: { sd_model_name: string; extra_generation_params: Record<string, string> } }
  | { reason: { error: string; cause: string } }

interface EndpointRow {
  endpoint_name: string
  endpoint_status: string
  error: string | null
}

interface InferenceView {
  status: string
  img_presigned_urls: string[]
  output_presigned_urls: string[]
  reason?: { error: string; cause: string }
}

/** Every picture of the tests is painted so. */
export const PAINTING = { seed: 7, steps: 8, cfg_scale: 7, sampler_name: 'Euler', width: 64, height: 64 } as const

/** Deploys a pocket endpoint and answers its name once it is in service. */
export async function deployPocket(stack: StackProcess, shortName: string, more: object = {}): Promise<string> {
  const { data } = await stack.api.call<EndpointRow>('POST', '/endpoints', {
    endpoint_name: shortName,
    endpoint_type: 'Async',
    instance_type: 'ml.g5.xlarge',
    initial_instance_count: 1,
    autoscaling_enabled: false,
    assign_to_roles: ['IT Operator'],
    creator: 'admin',
    backend: 'pocket',
    notify: false,
    ...more,
  })
  return eventually(async () => {
    const { data: rows } = await stack.api.call<{ endpoints: EndpointRow[] }>(
      'GET',
      '/endpoints?username=admin&limit=100',
    )
    const row = rows.endpoints.find(({ endpoint_name }) => endpoint_name === data.endpoint_name)
    if (row?.endpoint_status === 'Failed') throw new Error(`${row.endpoint_name} failed: ${row.error}`)
    return row?.endpoint_status === 'InService' ? row.endpoint_name : undefined
  })
}

/** Has an endpoint paint one picture. */
export async function paintOn(stack: StackProcess, endpoint: string, order: PaintOrder): Promise<Painted> {
  const { prompt, model, loras } = order
  const { data } = await stack.api.call<{ inference: { inference_id: string } }>('POST', '/inferences', {
    task_type: 'txt2img',
    inference_type: 'Async',
    models: { 'Stable-diffusion': [model], ...(loras === undefined ? {} : { Lora: loras }) },
    sagemaker_endpoint_name: endpoint,
    payload_string: JSON.stringify({ prompt, ...PAINTING }),
  })
  const view = await eventually(async () => {
    const { data: now } = await stack.api.call<InferenceView>('GET', `/inferences/${data.inference.inference_id}`)
    return now.status === 'inprogress' ? undefined : now
  })
  const [image] = view.img_presigned_urls
  if (view.status !== 'succeed' || image === undefined) return { reason: view.reason ?? { error: '', cause: '' } }
  const told = (await (await fetch(view.output_presigned_urls[0] ?? '')).json()) as { info: string }
  const picture = readPng(Buffer.from(await (await fetch(image)).arrayBuffer()))
  return { picture, info: JSON.parse(told.info) }
}
