import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import { SFNClient } from '@aws-sdk/client-sfn'
import { type ApiClient, createApiClient } from './api-client.ts'
import type { MergeArguments } from './arguments.ts'
import { awsOptions } from './aws-options.ts'
import type { DemoContext } from './demo-context.ts'
import { download } from './download.ts'
import { fetchMail, showMail } from './fetch-mail.ts'
import { followExecution } from './follow-execution.ts'
import { makeCheckpoint } from './make-checkpoint.ts'
import { recompute } from './recompute.ts'
import { drawBar, formatBytes, formatDuration, type Terminal } from './terminal.ts'
import { uploadCheckpoint } from './upload-checkpoint.ts'

interface MergeView {
  id: string
  status: string
  reason?: { error: string; cause: string }
  result?: { bucket: string; key: string; size: number }
}

interface StartedMerge {
  id: string
  links: { execution: string }
}

interface Input {
  path: string
  name: string
}

/** The user's files, or two made up; the run's mark keeps the names of several runs apart. */
function prepareInputs(options: MergeArguments, mark: string, terminal: Terminal): Input[] {
  if (options.primary !== undefined && options.secondary !== undefined) {
    return [options.primary, options.secondary].map((path) => ({
      path,
      name: `${basename(path).replace(/\.safetensors$/, '')}-${mark}.safetensors`,
    }))
  }
  const directory = join(options.dataDirectory, 'demo')
  mkdirSync(directory, { recursive: true })
  return ['castle', 'meadow'].map((name, index) => {
    const path = join(directory, `${name}.safetensors`)
    const tensors = makeCheckpoint(path, index + 1)
    terminal.line(`made      ${path}: ${tensors} tensors in the layout of Stable Diffusion 1.5, random weights`)
    return { path, name: `${name}-${mark}.safetensors` }
  })
}

async function upload(context: DemoContext, api: ApiClient, { path, name }: Input): Promise<string> {
  const { terminal, signal, unfinished } = context
  const startedAt = performance.now()
  let summary = ''
  const id = await uploadCheckpoint({
    api,
    path,
    name,
    signal,
    onCreated: (created) => unfinished.checkpointIds.push(created),
    onProgress(sent, total, parts) {
      const seconds = (performance.now() - startedAt) / 1000
      summary = `${formatBytes(total)} in ${parts} parts, ${formatBytes(sent / seconds)}/s`
      terminal.draw(`uploading ${name}  ${drawBar(sent, total)}  ${formatBytes(sent)} of ${formatBytes(total)}`)
    },
  })
  terminal.line(`uploaded  ${name}  ${drawBar(1, 1)}  ${summary}`)
  return id
}

async function merge(context: DemoContext, api: ApiClient, body: Record<string, unknown>): Promise<MergeView> {
  const { stack, terminal, signal, unfinished } = context
  const { data, status } = await api.call<StartedMerge>('POST', '/merges', body)
  unfinished.mergeId = data.id
  terminal.line(`\nPOST /merges → ${status}, execution ${data.id}`)
  await followExecution({
    sfn: new SFNClient(awsOptions(stack)),
    executionArn: data.links.execution,
    signal,
    onIterations: (done, total) => terminal.draw(`  … Merge parts  ${drawBar(done, total)}  ${done} of ${total}`),
    onState({ name, milliseconds, iterations }) {
      const times = iterations === undefined ? '' : `, ${iterations} parts`
      terminal.line(`  ✔ ${name.padEnd(20)} ${formatDuration(milliseconds)}${times}`)
    },
  })
  delete unfinished.mergeId
  return (await api.call<MergeView>('GET', `/merges/${data.id}`)).data
}

function check(inputs: Input[], made: string, multiplier: number, terminal: Terminal): void {
  terminal.draw('checking the result against an independent recomputation …')
  const [a, b] = inputs
  const { compared, elements, passedOver, different } = recompute(
    { a: a?.path ?? '', b: b?.path ?? '', out: made },
    multiplier,
  )
  if (different.length > 0) {
    throw new Error(`the recomputation differs in ${different.length} tensors, first ${different[0]}`)
  }
  const rest = passedOver > 0 ? `; ${passedOver} of kinds it does not recompute` : ''
  terminal.line(
    `checked   ${compared} tensors, ${elements.toLocaleString('en')} weights: equal to an independent recomputation${rest}`,
  )
}

/** Uploads two checkpoints, merges them, checks the result and shows the mail. Rejects when any of it fails. */
export async function runMerge(context: DemoContext, options: MergeArguments): Promise<void> {
  const { stack, terminal, signal, unfinished } = context
  const mark = Date.now().toString(36)
  const api = createApiClient(stack.apiUrl, stack.apiKey, 'admin')
  const inputs = prepareInputs(options, mark, terminal)
  const ids: string[] = []
  for (const input of inputs) ids.push(await upload(context, api, input))
  const name = `castle-mix-${mark}`
  const body = { name, method: 'weighted-sum', multiplier: options.multiplier, primary: ids[0], secondary: ids[1] }
  const merged = await merge(context, api, body)
  if (merged.status !== 'Succeeded' || !merged.result) {
    throw new Error(`the merge ended ${merged.status}: ${merged.reason?.error}: ${merged.reason?.cause}`)
  }
  unfinished.checkpointIds = []
  const directory = join(options.dataDirectory, 'demo')
  mkdirSync(directory, { recursive: true })
  const path = join(directory, `${name}.safetensors`)
  const { size, sha256 } = await download(new S3Client(awsOptions(stack)), merged.result, path)
  terminal.line(`\nmade      s3://${merged.result.bucket}/${merged.result.key}`)
  terminal.line(`          ${formatBytes(size)} (${size} bytes), sha256 ${sha256}`)
  terminal.line(`          a copy is ${path}`)
  check(inputs, path, options.multiplier, terminal)
  showMail(terminal, await fetchMail(stack.mailboxUrl, merged.id, signal))
}
