import { InvalidModelPackageError, TransientError } from '../../shared/errors.ts'
import type { ByteSource } from '../../shared/objects/byte-source.ts'
import { HEADER_LIMITS } from '../../shared/safetensors/limits.ts'
import { readHeader } from '../../shared/safetensors/read-header.ts'

const LENGTH_BYTES = 8
/** What reading a header asks for first. */
const FIRST_READ = 512 * 1024

/**
 * Reads a file of an archive to its end and keeps only its beginning: a safetensors file must have a valid header that
 * fits its size, any other must not be empty. Throws `InvalidSafetensors` or `InvalidModelPackage`.
 */
export async function inspectEntry(path: string, size: number, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const wanted = path.endsWith('.safetensors') ? size : 0
  const beginning = await keepBeginning(bytes, wanted)
  if (wanted > 0 || path.endsWith('.safetensors')) await readHeader(sourceOver(path, size, beginning))
  else if (size === 0) throw new InvalidModelPackageError(`${JSON.stringify(path)} is empty`)
}

async function keepBeginning(bytes: AsyncIterable<Uint8Array>, size: number): Promise<Buffer> {
  const kept: Uint8Array[] = []
  let length = 0
  let needed = Math.min(size, FIRST_READ)
  for await (const chunk of bytes) {
    if (length >= needed) continue
    kept.push(Buffer.from(chunk))
    length += chunk.length
    if (length >= LENGTH_BYTES) needed = Math.min(size, Math.max(needed, headerEnd(kept)))
  }
  return Buffer.concat(kept)
}

/** A header that claims to be longer than any may be is refused by its reader. */
function headerEnd(kept: readonly Uint8Array[]): number {
  const [first] = kept
  const start = first && first.length >= LENGTH_BYTES ? Buffer.from(first) : Buffer.concat(kept)
  const claimed = start.readBigUInt64LE(0)
  return LENGTH_BYTES + Number(claimed > BigInt(HEADER_LIMITS.headerBytes) ? 0n : claimed)
}

function sourceOver(name: string, size: number, beginning: Buffer): ByteSource {
  return {
    name,
    size,
    etag: '',
    read: async (offset, into) => {
      if (offset + into.length > beginning.length) throw new TransientError(`${name} ended early`)
      into.set(beginning.subarray(offset, offset + into.length))
    },
  }
}
