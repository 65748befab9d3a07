import { Readable, Transform, type TransformCallback, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type Extract, extract, type Header } from 'tar-stream'
import { InvalidModelPackageError, PermanentError, TransientError } from '../../shared/errors.ts'
import {
  checkDirectoryPath,
  checkPackage,
  MOST_FILES,
  type PackagedPath,
  readFilePath,
} from '../../shared/models/package-layout.ts'
import { inspectEntry } from './inspect-entry.ts'

/** A file of an archive. */
export interface ArchivedFile extends PackagedPath {
  size: number
}

export interface ArchiveLimits {
  /** Bytes of everything together, unpacked. */
  unpackedBytes: number
}

/** Folders, and what tar writes about entries, count too. */
const MOST_ENTRIES = 2 * MOST_FILES

/**
 * Reads a model.tar.gz from its first byte to its last and lists its files. Nothing is unpacked to disk, and of each file
 * only the header is kept while it is looked at. Throws `InvalidModelPackage` or `InvalidSafetensors` naming the entry, or
 * what the source throws.
 */
export async function readArchive(
  packed: AsyncIterable<Uint8Array>,
  { unpackedBytes }: ArchiveLimits,
): Promise<ArchivedFile[]> {
  const archive = extract()
  const feeding = pipeline(
    Readable.from(packed, { objectMode: false }),
    createGunzip(),
    createCounter(unpackedBytes),
    archive as unknown as Writable,
  )
  // Its failure also comes out of the loop, or is asked for after it.
  feeding.catch(() => undefined)
  try {
    const files = await listFiles(archive)
    await feeding
    checkPackage(files)
    return files
  } catch (error) {
    archive.destroy()
    throw asArchiveError(await firstFailure(feeding, error))
  }
}

async function listFiles(archive: Extract): Promise<ArchivedFile[]> {
  const files: ArchivedFile[] = []
  let entries = 0
  for await (const entry of archive) {
    if (++entries > MOST_ENTRIES) throw new InvalidModelPackageError(`There are more than ${MOST_ENTRIES} entries`)
    const { header } = entry
    const path = placeOf(header)
    if (path) {
      await inspectEntry(`${path.folder}/${path.name}`, header.size, entry as AsyncIterable<Uint8Array>)
      files.push({ ...path, size: header.size })
    } else entry.resume()
  }
  return files
}

/** Where the file goes; undefined for a folder. Links, devices and everything else an archive can hold are refused. */
function placeOf({ name, type, pax }: Header): PackagedPath | undefined {
  if (type === 'directory') {
    checkDirectoryPath(name)
    return undefined
  }
  const isSparse = Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse'))
  if (type === 'file' && !isSparse) return readFilePath(name)
  const kind = isSparse ? 'sparse file' : (type ?? 'special file')
  throw new InvalidModelPackageError(`${JSON.stringify(name.slice(0, 200))} is a ${kind}: pack plain files only`)
}

/** A small archive may unpack to any size; this is where that ends. */
function createCounter(limit: number): Transform {
  let count = 0
  return new Transform({
    transform(chunk: Uint8Array, _encoding: string, done: TransformCallback) {
      count += chunk.length
      if (count > limit)
        done(new InvalidModelPackageError(`It unpacks to more than ${limit} bytes, the most there may be`))
      else done(null, chunk)
    },
  })
}

/** The pipe tells what really happened; the loop may only have seen that it broke. */
async function firstFailure(feeding: Promise<void>, seen: unknown): Promise<unknown> {
  if (seen instanceof PermanentError) return seen
  return feeding.then(
    () => seen,
    (failure: unknown) => failure,
  )
}

const OURS = new Set(['ERR_STREAM_PREMATURE_CLOSE'])

function asArchiveError(error: unknown): unknown {
  if (error instanceof PermanentError || error instanceof TransientError) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  if (code.startsWith('Z_')) {
    return new InvalidModelPackageError(`It is not a whole gzip file: ${message}`, { cause: error })
  }
  if (/^(Invalid tar header|Invalid header|Unexpected end of data|Header exceeds)/.test(message)) {
    return new InvalidModelPackageError(`It is not a whole tar archive: ${message}`, { cause: error })
  }
  return OURS.has(code) ? new TransientError('The tarball could not be read to its end', { cause: error }) : error
}
