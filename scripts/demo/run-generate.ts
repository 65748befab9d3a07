import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createApiClient } from './api-client.ts'
import type { GenerateArguments } from './arguments.ts'
import type { DemoContext } from './demo-context.ts'
import { leaveEndpoint, provideEndpoint } from './demo-endpoint.ts'
import { fetchMail, showMail } from './fetch-mail.ts'
import { fetchBytes, type InferenceView, paint } from './paint.ts'
import { provideModel } from './provide-model.ts'
import { formatDuration } from './terminal.ts'

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
  const { stack, terminal, signal } = context
  const { prompt, seed, steps } = options
  const api = createApiClient(stack.apiUrl, stack.apiKey, 'admin')
  const model = await provideModel(context, api, options.weights)
  const endpointName = await provideEndpoint(context, api)
  const order = { prompt, model, endpointName, notify: true, ...(seed === undefined ? {} : { seed }) }
  const { id, view, milliseconds } = await paint(context, api, { ...order, ...(steps ? { steps } : {}) })
  terminal.line()
  for (const line of await save(view, options, id)) terminal.line(line)
  terminal.line(`took      ${formatDuration(milliseconds)} from the request to the picture`)
  showMail(terminal, await fetchMail(stack.mailboxUrl, id, signal))
  await leaveEndpoint(context, api, options.keep)
}
