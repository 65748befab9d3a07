import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

export interface FoundFile {
  file: string
  /** Relative, with slashes. */
  path: string
  size: number
  modifiedAt: number
}

/** All regular files below a directory, sorted; none when there is no such directory. */
export async function listFiles(directory: string): Promise<FoundFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  const found = await Promise.all(
    files.sort().map(async (file) => {
      // A file may go between the listing and the look at it.
      const facts = await stat(file).catch(() => undefined)
      const path = relative(directory, file).split(sep).join('/')
      return facts ? [{ file, path, size: facts.size, modifiedAt: facts.mtimeMs }] : []
    }),
  )
  return found.flat()
}
