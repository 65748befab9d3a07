import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Picture } from '../../containers/pocket/image/picture.ts'
import { readPng } from '../../containers/pocket/image/read-png.ts'
import { writePng } from '../../containers/pocket/image/write-png.ts'
import { captionMascot, drawMascot } from '../../containers/pocket/train/draw-mascot.ts'
import { type ApiClient, createApiClient } from './api-client.ts'
import { type TrainArguments, UsageError } from './arguments.ts'
import { contactSheet } from './contact-sheet.ts'
import type { DemoContext } from './demo-context.ts'
import { leaveEndpoint, provideEndpoint } from './demo-endpoint.ts'
import { fetchMail, showMail } from './fetch-mail.ts'
import { fetchBytes, type PaintOrder, paintQuietly } from './paint.ts'
import { provideModel } from './provide-model.ts'
import { drawBar, formatDuration } from './terminal.ts'
import { train } from './train.ts'
import { uploadDataset } from './upload-dataset.ts'

const PICTURES = 10
/** What the mascot is painted on; no picture shows it on brown. */
const GROUNDS = ['blue', 'green', 'brown', 'pink']
const TRAINING_FILE = /\.(png|jpe?g|webp|txt)$/i

/** The user's pictures and captions, or ten drawn for the occasion. */
function providePictures(options: TrainArguments, directory: string): string[] {
  if (options.pictures !== undefined) return listPictures(options.pictures)
  mkdirSync(directory, { recursive: true })
  return Array.from({ length: PICTURES }, (_, index) => {
    const stem = join(directory, `mascot-${String(index + 1).padStart(2, '0')}`)
    writeFileSync(`${stem}.png`, writePng(drawMascot(index)))
    writeFileSync(`${stem}.txt`, captionMascot(index))
    return [`${stem}.png`, `${stem}.txt`]
  }).flat()
}

function listPictures(directory: string): string[] {
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    throw new UsageError(`--pictures: there is no folder ${directory}`)
  }
  const names = readdirSync(directory).filter((name) => TRAINING_FILE.test(name))
  if (names.length === 0) throw new UsageError(`--pictures: ${directory} has no .png, .jpg or .webp`)
  return names.sort().map((name) => join(directory, name))
}

/** What to paint: the mascot on several grounds, the user's own subject with several seeds. */
function planPaintings({ prompt, seed, pictures }: TrainArguments): { prompt: string; seed: number }[] {
  return GROUNDS.map((ground, index) =>
    pictures === undefined ? { prompt: `${prompt} on ${ground}`, seed } : { prompt, seed: seed + index },
  )
}

async function paintRow(context: DemoContext, api: ApiClient, orders: PaintOrder[]): Promise<Picture[]> {
  const startedAt = performance.now()
  const views = await Promise.all(orders.map((order) => paintQuietly(context, api, order)))
  const urls = views.flatMap((view) => view.img_presigned_urls)
  const pictures = await Promise.all(urls.map(async (url) => readPng(await fetchBytes(url))))
  const took = formatDuration(performance.now() - startedAt)
  context.terminal.line(
    `painted   ${pictures.length} pictures with ${orders[0]?.loras?.[0] ?? orders[0]?.model} in ${took}`,
  )
  return pictures
}

/** Teaches the model a new subject from pictures of it, and paints it before and after. Rejects when any of it fails. */
export async function runTrain(context: DemoContext, options: TrainArguments): Promise<void> {
  const { stack, terminal, signal, unfinished } = context
  const { method, prompt, classPrompt, steps, seed } = options
  const mark = Date.now().toString(36)
  const directory = join(options.dataDirectory, 'demo')
  const api = createApiClient(stack.apiUrl, stack.apiKey, 'admin')
  const base = await provideModel(context, api, options.weights)

  const paths = providePictures(options, join(directory, 'mascot'))
  const dataset = `demo-${mark}`
  unfinished.datasetName = dataset
  await uploadDataset({
    api,
    name: dataset,
    description: 'made by the demo',
    paths,
    signal,
    onProgress: (sent, total) => terminal.draw(`uploading ${dataset}  ${drawBar(sent, total)}`),
  })
  terminal.line(`uploaded  dataset ${dataset}: ${paths.length} files`)

  const endpointName = await provideEndpoint(context, api)
  const orders = planPaintings(options).map((order) => ({ ...order, endpointName, notify: false }))
  terminal.line()
  const before = await paintRow(
    context,
    api,
    orders.map((order) => ({ ...order, model: base })),
  )

  const startedAt = performance.now()
  const trained = await train(context, api, {
    name: `mascot-${mark}`,
    base,
    dataset,
    method,
    instancePrompt: prompt,
    classPrompt,
    seed,
    ...(steps === undefined ? {} : { steps }),
  })
  const [file] = trained.result?.names ?? []
  if (file === undefined) {
    throw new Error(`the training ended ${trained.status}: ${trained.reason?.error}: ${trained.reason?.cause}`)
  }
  terminal.line(`trained   ${file} in ${formatDuration(performance.now() - startedAt)}`)

  const after = await paintRow(
    context,
    api,
    orders.map((order) => ({ ...order, ...paintedWith(options, { base, file, prompt: order.prompt }) })),
  )
  const shown = options.pictures === undefined ? [GROUNDS.map((_, index) => drawMascot(index))] : []
  const path = resolve(directory, `before-after-${mark}.png`)
  writeFileSync(path, writePng(contactSheet([...shown, before, after])))
  terminal.line(`\nwrote     ${path}: ${shown.length > 0 ? 'what it was shown, ' : ''}"${prompt}" before, and after`)
  showMail(terminal, await fetchMail(stack.mailboxUrl, trained.id, signal))
  unfinished.checkpointIds = []
  delete unfinished.datasetName
  await leaveEndpoint(context, api, options.keep)
}

/** A LoRA is painted with on top of its base; it is asked for in the prompt. */
function paintedWith(
  { method }: TrainArguments,
  { base, file, prompt }: { base: string; file: string; prompt: string },
): Pick<PaintOrder, 'model' | 'loras' | 'prompt'> {
  if (method === 'dreambooth') return { model: file, prompt }
  return { model: base, loras: [file], prompt: `${prompt} <lora:${file.replace(/\.safetensors$/, '')}:1>` }
}
