import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { BodySink } from '../body/receive-body.ts'
import type { Segment } from './records.ts'

const WRITE_SIZE = 1024 * 1024
const READ_SIZE = 1024 * 1024

/** Inclusive positions within a whole made of segments. */
export interface ByteRange {
  start: number
  end: number
}

/** Files of bytes under random names. What a file means, and whether it means anything, stands in the index alone. */
export interface BlobDirectory {
  /** Runs `fill` with a sink into a new file; the file is gone again when `fill` fails. */
  write<T>(fill: (sink: BodySink) => Promise<T>): Promise<{ blob: string; result: T }>
  /** Streams a range over the segments; the files must be leased while it runs. */
  read(segments: Segment[], range: ByteRange): AsyncGenerator<Buffer>
  /** Keeps files readable until the returned function is called, even when they are discarded meanwhile. */
  lease(segments: Segment[]): () => void
  discard(blobs: string[]): Promise<void>
  /** Removes every file that is not in `referenced`: what a crash left between writing and registering. */
  sweep(referenced: Set<string>): Promise<number>
}

/** A sink that gathers small pieces and has one large write under way while the next one is gathered. */
const bufferedSink = (write: (pieces: Buffer[]) => Promise<unknown>): { sink: BodySink; flush(): Promise<void> } => {
  let gathered: Buffer[] = []
  let gatheredSize = 0
  let underWay: Promise<unknown> = Promise.resolve()
  const start = async (): Promise<void> => {
    const pieces = gathered
    gathered = []
    gatheredSize = 0
    await underWay
    underWay = pieces.length === 0 ? Promise.resolve() : write(pieces)
    // A failure is reported by the next await; until then it must not count as unhandled.
    underWay.catch(() => undefined)
  }
  return {
    sink(payload) {
      gathered.push(payload)
      gatheredSize += payload.length
      return gatheredSize < WRITE_SIZE ? undefined : start()
    },
    async flush() {
      await start()
      await underWay
    },
  }
}

/** The pieces of files that make up a range. */
export const sliceSegments = (segments: Segment[], range: ByteRange): (ByteRange & { blob: string })[] => {
  const slices: (ByteRange & { blob: string })[] = []
  let offset = 0
  for (const { blob, size } of segments) {
    const start = Math.max(range.start - offset, 0)
    const end = Math.min(range.end - offset, size - 1)
    if (start <= end) slices.push({ blob, start, end })
    offset += size
  }
  return slices
}

const createLeases = (remove: (blob: string) => Promise<void>) => {
  const holders = new Map<string, number>()
  const doomed = new Set<string>()
  const release = (blob: string): void => {
    const left = holders.get(blob)! - 1
    if (left > 0) {
      holders.set(blob, left)
      return
    }
    holders.delete(blob)
    if (doomed.delete(blob)) void remove(blob)
  }
  return {
    take(blobs: string[]): () => void {
      for (const blob of blobs) holders.set(blob, (holders.get(blob) ?? 0) + 1)
      let held = true
      return () => {
        if (held) blobs.forEach(release)
        held = false
      }
    },
    async discard(blob: string): Promise<void> {
      if (holders.has(blob)) doomed.add(blob)
      else await remove(blob)
    },
  }
}

export const openBlobDirectory = async (directory: string, createId: () => string): Promise<BlobDirectory> => {
  await mkdir(directory, { recursive: true })
  const pathOf = (blob: string): string => join(directory, blob)
  const remove = (blob: string): Promise<void> => unlink(pathOf(blob)).catch(() => undefined)
  const leases = createLeases(remove)

  return {
    async write(fill) {
      const blob = createId()
      const file = await open(pathOf(blob), 'wx')
      const { sink, flush } = bufferedSink(async (pieces) => {
        const { bytesWritten } = await file.writev(pieces)
        const wanted = pieces.reduce((sum, piece) => sum + piece.length, 0)
        if (bytesWritten !== wanted)
          throw new Error(`Only ${bytesWritten} of ${wanted} bytes could be written to ${blob}`)
      })
      try {
        const result = await fill(sink)
        await flush()
        await file.close()
        return { blob, result }
      } catch (error) {
        await file.close().catch(() => undefined)
        await remove(blob)
        throw error
      }
    },
    async *read(segments, range) {
      for (const { blob, start, end } of sliceSegments(segments, range)) {
        yield* createReadStream(pathOf(blob), { start, end, highWaterMark: READ_SIZE })
      }
    },
    lease: (segments) => leases.take(segments.map((segment) => segment.blob)),
    async discard(blobs) {
      for (const blob of blobs) await leases.discard(blob)
    },
    async sweep(referenced) {
      const orphans = (await readdir(directory)).filter((blob) => !referenced.has(blob))
      await Promise.all(orphans.map(remove))
      return orphans.length
    },
  }
}
