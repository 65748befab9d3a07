import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { ApiClient } from './api-client.ts'
import { UsageError } from './arguments.ts'
import type { DemoContext } from './demo-context.ts'
import { formatBytes } from './terminal.ts'
import { uploadCheckpoint } from './upload-checkpoint.ts'

interface LibraryRow {
  name: string[]
}

/** The small model of this repository. */
const WEIGHTS = resolve(import.meta.dirname, '../../containers/pocket/weights/pocket-base.safetensors')

/** Puts the model into the library unless it is there; answers its name. Without a path it is the repository's own. */
export async function provideModel(context: DemoContext, api: ApiClient, path: string = WEIGHTS): Promise<string> {
  if (!existsSync(path)) throw new UsageError(`--weights: there is no file ${path}`)
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

/** The file's name with a mark of its content: weights that were trained anew are another model. */
function libraryNameOf(path: string): string {
  const mark = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 8)
  return `${basename(path).replace(/\.safetensors$/, '')}-${mark}.safetensors`
}
