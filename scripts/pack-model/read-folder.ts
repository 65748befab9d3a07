import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { InvalidModelPackageError } from '../../functions/shared/errors.ts'
import { checkDirectoryPath, checkPackage, readFilePath } from '../../functions/shared/models/package-layout.ts'
import { MOST_UNPACKED_BYTES } from '../../functions/shared/models/tarball.ts'
import type { ByteSource } from '../../functions/shared/objects/byte-source.ts'
import { readHeader } from '../../functions/shared/safetensors/read-header.ts'

/** A file that is packed. */
export interface PackFile {
  /** In the archive: `Lora/hat.safetensors`. */
  path: string
  /** On the disk. */
  file: string
  size: number
  modifiedMs: number
}

export interface Folder {
  files: PackFile[]
  /** Hidden files, which are left out. */
  hidden: string[]
}

/**
 * Looks through a folder of models by the rules that a tarball is checked by later. Throws `InvalidModelPackage` or
 * `InvalidSafetensors` naming the file.
 */
export async function readFolder(directory: string): Promise<Folder> {
  const hidden: string[] = []
  const files = await walk(directory, '', hidden)
  checkPackage(files.map(({ path }) => readFilePath(path)))
  for (const file of files) await checkContent(file)
  const total = files.reduce((sum, { size }) => sum + size, 0)
  if (total <= MOST_UNPACKED_BYTES) return { files, hidden }
  throw new InvalidModelPackageError(
    `The files have ${total} bytes together: pack at most ${MOST_UNPACKED_BYTES} (40 GiB), or package checkpoints of the library`,
  )
}

/** Whether a file is as it was when the folder was read. */
export async function isUnchanged({ file, size, modifiedMs }: PackFile): Promise<boolean> {
  const now = await stat(file).catch(() => undefined)
  return now?.size === size && now.mtimeMs === modifiedMs
}

async function walk(directory: string, below: string, hidden: string[]): Promise<PackFile[]> {
  const entries = await readdir(join(directory, below), { withFileTypes: true })
  const files: PackFile[] = []
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.name.startsWith('.')) hidden.push(path)
    else if (entry.isDirectory()) {
      checkDirectoryPath(path)
      files.push(...(await walk(directory, path, hidden)))
    } else files.push(await lookAt(directory, path))
  }
  return files
}

/** A link is packed as what it points to. */
async function lookAt(directory: string, path: string): Promise<PackFile> {
  readFilePath(path)
  const file = join(directory, path)
  const { size, mtimeMs: modifiedMs, ...found } = await stat(file)
  if ((found.mode & 0o170000) === 0o100000) return { path, file, size, modifiedMs }
  throw new InvalidModelPackageError(`"${path}" is no plain file`)
}

async function checkContent({ path, file, size }: PackFile): Promise<void> {
  if (size === 0) throw new InvalidModelPackageError(`"${path}" is empty`)
  if (!path.endsWith('.safetensors')) return
  const handle = await open(file)
  const source: ByteSource = {
    name: path,
    size,
    etag: '',
    read: async (offset, into) => void (await handle.read(into, 0, into.length, offset)),
  }
  try {
    await readHeader(source)
  } finally {
    await handle.close()
  }
}
