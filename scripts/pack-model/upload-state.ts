import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { PackFile } from './read-folder.ts'

/** An upload that has been begun, beside the folder that it is of. */
export interface UploadState {
  bucket: string
  key: string
  uploadId: string
  partSize: number
  files: Pick<PackFile, 'path' | 'size' | 'modifiedMs'>[]
}

/** Where the state of a folder's upload is kept. */
export function stateFileOf(directory: string): string {
  return `${resolve(directory)}.pack-model.json`
}

/** The upload that was begun, or undefined. */
export async function readState(file: string): Promise<UploadState | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as UploadState
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`${file} cannot be read (${(error as Error).message}): delete it to begin anew`)
  }
}

export async function writeState(file: string, state: UploadState): Promise<void> {
  await writeFile(`${file}.unfinished`, `${JSON.stringify(state, null, 2)}\n`)
  await rename(`${file}.unfinished`, file)
}

export async function removeState(file: string): Promise<void> {
  await rm(file, { force: true })
}

/** Whether the upload is of these files as they are now. */
export function isOf(state: UploadState, files: readonly PackFile[]): boolean {
  const now = files.map(({ path, size, modifiedMs }) => ({ path, size, modifiedMs }))
  return JSON.stringify(now) === JSON.stringify(state.files)
}
