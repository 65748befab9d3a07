import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectPlace, StoredObject } from './bucket.ts'
import { createSingleFlight } from './single-flight.ts'

/** A cached file in use; it stays on the disk until it is released. */
export interface CachedFile {
  readonly path: string
  release(): void
}

interface Entry {
  readonly path: string
  readonly size: number
  users: number
}

/** A directory of fetched objects, bounded in bytes; the least recently used go first, those in use stay. */
export interface FileCache {
  open(place: ObjectPlace, object: StoredObject): Promise<CachedFile>
}

/** A cache in `directory`, which belongs to it alone. An object is known by bucket, key and ETag, and fetched once at a time. */
export function createFileCache(directory: string, mostBytes: number): FileCache {
  const entries = new Map<string, Entry>()
  const fetchOnce = createSingleFlight<Entry>()

  const fetch = async (id: string, object: StoredObject): Promise<Entry> => {
    const known = entries.get(id)
    if (known !== undefined) return known
    await mkdir(directory, { recursive: true })
    const path = join(directory, `${id}.safetensors`)
    const partial = join(directory, `${randomUUID()}.partial`)
    await writeFile(partial, await object.read())
    await rename(partial, path)
    const entry = { path, size: object.size, users: 0 }
    entries.set(id, entry)
    return entry
  }

  return {
    open: async (place, object) => {
      const id = createHash('sha256')
        .update(JSON.stringify([place.bucket, place.key, object.etag]))
        .digest('hex')
      const entry = await fetchOnce(id, () => fetch(id, object))
      entry.users++
      entries.delete(id)
      entries.set(id, entry)
      await evict(entries, mostBytes)
      return {
        path: entry.path,
        release: () => {
          entry.users--
        },
      }
    },
  }
}

async function evict(entries: Map<string, Entry>, mostBytes: number): Promise<void> {
  let total = [...entries.values()].reduce((sum, { size }) => sum + size, 0)
  for (const [id, { path, size, users }] of [...entries]) {
    if (total <= mostBytes) return
    if (users > 0) continue
    entries.delete(id)
    total -= size
    await rm(path, { force: true })
  }
}
