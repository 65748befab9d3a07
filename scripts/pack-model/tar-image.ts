import { open } from 'node:fs/promises'
import type { PackFile } from './read-folder.ts'
import { paddingOf, TAR_END, tarHeader } from './tar-header.ts'

/** The bytes of a tar archive that nobody has written: any range of them can be read at any time. */
export interface TarImage {
  size: number
  read(offset: number, length: number): Promise<Buffer>
}

interface Segment {
  offset: number
  size: number
  content: Buffer | PackFile
}

/** The archive of the files, in their order. The same files give the same bytes. */
export function createTarImage(files: readonly PackFile[]): TarImage {
  const segments = layOut(files)
  const last = segments.at(-1)
  return {
    size: last ? last.offset + last.size : 0,
    async read(offset, length) {
      const bytes = Buffer.alloc(length)
      const touched = segments.filter((part) => part.offset < offset + length && part.offset + part.size > offset)
      for (const segment of touched) {
        const from = Math.max(0, offset - segment.offset)
        const at = segment.offset + from - offset
        const into = bytes.subarray(at, Math.min(length, at + segment.size - from))
        if (Buffer.isBuffer(segment.content)) segment.content.copy(into, 0, from)
        else await readFile(segment.content, from, into)
      }
      return bytes
    },
  }
}

function layOut(files: readonly PackFile[]): Segment[] {
  const segments: Segment[] = []
  let offset = 0
  const add = (content: Segment['content'], size: number): void => {
    segments.push({ offset, size, content })
    offset += size
  }
  for (const file of files) {
    const header = tarHeader(file.path, file.size)
    const padding = Buffer.alloc(paddingOf(file.size))
    add(header, header.length)
    add(file, file.size)
    if (padding.length > 0) add(padding, padding.length)
  }
  add(TAR_END, TAR_END.length)
  return segments
}

async function readFile({ file, path }: PackFile, from: number, into: Buffer): Promise<void> {
  const handle = await open(file)
  try {
    let filled = 0
    while (filled < into.length) {
      const { bytesRead } = await handle.read(into, filled, into.length - filled, from + filled)
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was packed`)
      filled += bytesRead
    }
  } finally {
    await handle.close()
  }
}
