import { gzipSync } from 'node:zlib'
import { type Header, pack } from 'tar-stream'
import { buildCheckpoint } from './build-checkpoint.ts'

/** An entry of an archive: its path, and its bytes or a header of another kind. */
export type ArchiveEntry = [path: string, content: Uint8Array | Partial<Header>]

/** A small checkpoint. */
export const smallCheckpoint = (seed = 1): Uint8Array =>
  buildCheckpoint({ tensors: [{ name: 'model.w', dtype: 'F16', shape: [9] }], seed })

/** A tar archive of the entries, in their order. */
export async function buildTar(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const archive = pack()
  for (const [name, content] of entries) {
    if (content instanceof Uint8Array) archive.entry({ name }, Buffer.from(content))
    else archive.entry({ name, ...content } as Header)
  }
  archive.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of archive as AsyncIterable<Uint8Array>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The same as a model.tar.gz. */
export async function buildTarball(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  return gzipSync(await buildTar(entries))
}
