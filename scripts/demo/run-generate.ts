import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { type ApiClient, createApiClient } from './api-client.ts'
import { type GenerateArguments, UsageError } from './arguments.ts'
import type { DemoContext } from './demo-context.ts'
import { provideEndpoint, removeEndpoint, showExecution } from './demo-endpoint.ts'
import { fetchMail } from './fetch-mail.ts'
import { formatBytes, formatDuration } from './terminal.ts'
import { uploadCheckpoint } from './upload-checkpoint.ts'

interface StartedInference {
  inference: { inference_id: string }
  execution: string
}

interface InferenceView {
  status: string
  image_names: string[]
  img_presigned_urls: string[]
  output_presigned_urls: string[]
  reason?: { error: string; cause: string }
}

interface LibraryRow {
  name: string[]
}

const WEIGHTS = resolve(import.meta.dirname, '../../containers/pocket/weights/pocket-base.safetensors')

/** The file's name with a mark of its content: weights that were trained anew are another model. */
function libraryNameOf(path: string): string {
  const mark = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 8)
  return `${basename(path).replace(/\.safetensors$/, '')}-${mark}.safetensors`
}

/** Puts the model into the library unless it is there; answers its name. */
async function provideModel(context: DemoContext, api: ApiClient, path: string): Promise<string> {
  const { terminal, signal, unfinished } = context
  const name = libraryNameOf(path)
  const { data } = await api.call<{ checkpoints: LibraryRow[] }>('GET', '/checkpoints?status=Active')
  if (data.checkpoints.some((row) => row.name.includes(name))) {
    terminal.line(`model     ${name} is in the library already`)
    return name
  }
  let size = 0
  await uploadCheckpoint({
    api,
    path,
    name,
    signal,
    onCreated: (id) => unfinished.checkpointIds.push(id),
    onProgress: (_sent, total) => {
      size = total
    },
  })
  unfinished.checkpointIds = []
  terminal.line(`uploaded  ${name}  ${formatBytes(size)}`)
  return name
}

async function paint(
  context: DemoContext,
  api: ApiClient,
  options: GenerateArguments & { model: string; endpointName: string },
): Promise<{ id: string; view: InferenceView; milliseconds: number }> {
  const { prompt, seed, steps, model, endpointName } = options
  const startedAt = performance.now()
  const { data, status } = await api.call<StartedInference>('POST', '/inferences', {
    task_type: 'txt2img',
    inference_type: 'Async',
    models: { 'Stable-diffusion': [model] },
    sagemaker_endpoint_name: endpointName,
    payload_string: JSON.stringify({ prompt, ...(seed === undefined ? {} : { seed }), ...(steps ? { steps } : {}) }),
    notify: true,
  })
  const id = data.inference.inference_id
  context.unfinished.inferenceId = id
  context.terminal.line(`\nPOST /inferences → ${status}, execution ${id}`)
  await showExecution(context, data.execution)
  const { data: view } = await api.call<InferenceView>('GET', `/inferences/${id}`)
  if (view.status !== 'succeed') {
    throw new Error(`the inference ended ${view.status}: ${view.reason?.error}: ${view.reason?.cause}`)
  }
  delete context.unfinished.inferenceId
  return { id, view, milliseconds: performance.now() - startedAt }
}

async function fetchBytes(url: string): Promise<Buffer> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`the picture could not be fetched: ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}

/** A file name that says what is on the picture. */
function fileNameOf(prompt: string, id: string, imageName: string): string {
  const words = prompt
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return `${[words, id.slice(-6)].filter((part) => part !== '').join('-')}${imageName.slice(imageName.lastIndexOf('.'))}`
}

async function save(view: InferenceView, options: GenerateArguments, id: string): Promise<string[]> {
  const directory = join(options.dataDirectory, 'demo')
  mkdirSync(directory, { recursive: true })
  const lines: string[] = []
  for (const [index, url] of view.img_presigned_urls.entries()) {
    const bytes = await fetchBytes(url)
    const path = resolve(directory, fileNameOf(options.prompt, id, view.image_names[index] ?? 'image.png'))
    writeFileSync(path, bytes)
    lines.push(`wrote     ${path}  (${(bytes.length / 1000).toFixed(1)} kB)`)
  }
  const told = JSON.parse((await fetchBytes(view.output_presigned_urls[0] ?? '')).toString()) as { info?: string }
  const { seed } = JSON.parse(told.info ?? '{}') as { seed?: number }
  return seed === undefined ? lines : [...lines, `seed      ${seed}: --seed ${seed} paints the same picture again`]
}

/** Deploys an endpoint if there is none, paints a prompt, writes the picture and shows the mail. Rejects when any of it fails. */
export async function runGenerate(context: DemoContext, options: GenerateArguments): Promise<void> {
  const { stack, terminal, signal, unfinished } = context
  const weights = options.weights ?? WEIGHTS
  if (!existsSync(weights)) throw new UsageError(`--weights: there is no file ${weights}`)
  const api = createApiClient(stack.apiUrl, stack.apiKey, 'admin')
  const model = await provideModel(context, api, weights)
  const endpointName = await provideEndpoint(context, api)
  const { id, view, milliseconds } = await paint(context, api, { ...options, model, endpointName })
  terminal.line()
  for (const line of await save(view, options, id)) terminal.line(line)
  terminal.line(`took      ${formatDuration(milliseconds)} from the request to the picture`)
  const mail = await fetchMail(stack.mailboxUrl, id, signal)
  terminal.line(`\nMail to ${mail.to}\nSubject: ${mail.subject}\n`)
  terminal.line(mail.body.replace(/^/gm, '  | '))
  const { endpointName: deployed } = unfinished
  delete unfinished.endpointName
  if (deployed === undefined) return
  if (options.keep) return terminal.line(`kept      ${deployed}; DELETE /endpoints ends it`)
  await removeEndpoint(api, deployed)
  terminal.line(`deleted   ${deployed}; --keep leaves it running`)
}
