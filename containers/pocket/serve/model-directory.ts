import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ModelKind } from './invocation.ts'
import { checkSize, type ModelFile } from './model-file.ts'

const ENDING = '.safetensors'

/** Where files of a kind lie below the model directory; checkpoints may also lie right in it. */
const FOLDERS: Readonly<Record<ModelKind, readonly string[]>> = {
  'Stable-diffusion': ['Stable-diffusion', ''],
  Lora: ['Lora'],
}

/** Paths of the endpoint's own files of a kind. Other folders, and files with other endings, are not looked at. */
export async function listOwnModels(directory: string, kind: ModelKind): Promise<string[]> {
  const lists = await Promise.all(
    FOLDERS[kind].map(async (folder) => {
      const names = await readdir(join(directory, folder)).catch(() => [])
      return names.sort().map((name) => join(directory, folder, name))
    }),
  )
  return lists.flat().filter((path) => path.endsWith(ENDING))
}

/** One of the files that `listOwnModels` told. */
export async function openOwnModel(path: string, field: string): Promise<ModelFile> {
  const name = basename(path)
  checkSize(field, name, (await stat(path)).size)
  return { name, path, field, release: () => {} }
}
