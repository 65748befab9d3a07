import { ClassicLevel } from 'classic-level'
import type { BucketRecord, CompletedUpload, ObjectRecord, PartRecord, UploadRecord } from './records.ts'

/**
 * The metadata of everything, in LevelDB rather than in a file beside each blob: one batch makes an object visible, retires the
 * upload and forgets its parts at once or not at all, also through `kill -9`, and a scan comes in the order of UTF-8 bytes
 * that S3 lists in. Writes are not synced to the disk: they survive the death of the process, not that of the machine.
 */
export interface ObjectIndex {
  getBucket(name: string): Promise<BucketRecord | undefined>
  putBucket(bucket: BucketRecord): Promise<void>
  deleteBucket(name: string): Promise<void>
  listBuckets(): Promise<BucketRecord[]>

  getObject(bucket: string, key: string): Promise<ObjectRecord | undefined>
  putObject(bucket: string, key: string, record: ObjectRecord): Promise<void>
  deleteObject(bucket: string, key: string): Promise<void>
  /** Objects of a bucket from `from` (UTF-8 bytes, inclusive) on, in the order of their bytes. */
  objectsFrom(bucket: string, from: Buffer): AsyncIterable<ListedObject>

  getUpload(id: string): Promise<UploadRecord | undefined>
  putUpload(upload: UploadRecord): Promise<void>
  listUploads(): Promise<UploadRecord[]>
  /** Forgets an upload and all its parts. */
  deleteUpload(id: string): Promise<void>
  getPart(uploadId: string, number: number): Promise<PartRecord | undefined>
  putPart(uploadId: string, part: PartRecord): Promise<void>
  /** In ascending part number. */
  listParts(uploadId: string): Promise<PartRecord[]>
  completeUpload(id: string, record: ObjectRecord, completed: CompletedUpload): Promise<void>
  getCompletedUpload(id: string): Promise<CompletedUpload | undefined>
  forgetCompletedBefore(time: number): Promise<void>

  /** Every blob that an object or a part stands on. */
  referencedBlobs(): Promise<Set<string>>
  /** Runs one look-then-write at a time. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface ListedObject {
  key: string
  record: ObjectRecord
}

/** Above every UTF-8 string: no encoding holds this byte. */
export const AFTER_EVERYTHING = Buffer.from([0xff])

const createQueue = (): ObjectIndex['exclusively'] => {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }
}

const openSublevels = (db: ClassicLevel<string, unknown>) => {
  const json = { valueEncoding: 'json' } as const
  return {
    buckets: db.sublevel<string, BucketRecord>('buckets', json),
    objects: db.sublevel<Buffer, ObjectRecord>('objects', { ...json, keyEncoding: 'buffer' }),
    uploads: db.sublevel<string, UploadRecord>('uploads', json),
    parts: db.sublevel<string, PartRecord>('parts', json),
    completed: db.sublevel<string, CompletedUpload>('completed', json),
  }
}

type Sublevels = ReturnType<typeof openSublevels>

const objectKey = (bucket: string, key: string): Buffer => Buffer.from(`${bucket}/${key}`)
const partKey = (uploadId: string, number: number): string => `${uploadId}/${String(number).padStart(5, '0')}`
const partsOf = (uploadId: string) => ({ gte: `${uploadId}/`, lt: `${uploadId}0` })

const objectMethods = ({ objects }: Sublevels) => ({
  getObject: (bucket: string, key: string) => objects.get(objectKey(bucket, key)),
  putObject: (bucket: string, key: string, record: ObjectRecord) => objects.put(objectKey(bucket, key), record),
  deleteObject: (bucket: string, key: string) => objects.del(objectKey(bucket, key)),
  async *objectsFrom(bucket: string, from: Buffer): AsyncGenerator<ListedObject> {
    const own = Buffer.from(`${bucket}/`)
    const range = { gte: Buffer.concat([own, from]), lt: Buffer.concat([own, AFTER_EVERYTHING]) }
    for await (const [key, record] of objects.iterator(range)) {
      yield { key: key.toString('utf8', own.length), record }
    }
  },
})

const uploadMethods = (db: ClassicLevel<string, unknown>, { uploads, parts, completed, objects }: Sublevels) => {
  const retire = async (id: string) => [
    { type: 'del' as const, sublevel: uploads, key: id },
    ...(await parts.keys(partsOf(id)).all()).map((key) => ({ type: 'del' as const, sublevel: parts, key })),
  ]
  return {
    getUpload: (id: string) => uploads.get(id),
    putUpload: (upload: UploadRecord) => uploads.put(upload.id, upload),
    listUploads: () => uploads.values().all(),
    deleteUpload: async (id: string) => db.batch(await retire(id)),
    getPart: (uploadId: string, number: number) => parts.get(partKey(uploadId, number)),
    putPart: (uploadId: string, part: PartRecord) => parts.put(partKey(uploadId, part.number), part),
    listParts: (uploadId: string) => parts.values(partsOf(uploadId)).all(),
    async completeUpload(id: string, record: ObjectRecord, done: CompletedUpload) {
      const key = objectKey(done.bucket, done.key)
      const batch = db.batch()
      for (const { sublevel, key: retired } of await retire(id)) batch.del(retired, { sublevel })
      batch.put(key, record, { sublevel: objects })
      batch.put(id, done, { sublevel: completed })
      await batch.write()
    },
    getCompletedUpload: (id: string) => completed.get(id),
    async forgetCompletedBefore(time: number) {
      for await (const [id, upload] of completed.iterator()) {
        if (upload.completedAt < time) await completed.del(id)
      }
    },
  }
}

/** Opens the index; throws when another process has it open. */
export const openObjectIndex = async (directory: string): Promise<ObjectIndex> => {
  const db = new ClassicLevel<string, unknown>(directory)
  await db.open()
  const sublevels = openSublevels(db)
  const { buckets, objects, parts } = sublevels
  return {
    getBucket: (name) => buckets.get(name),
    putBucket: (bucket) => buckets.put(bucket.name, bucket),
    deleteBucket: (name) => buckets.del(name),
    listBuckets: () => buckets.values().all(),
    ...objectMethods(sublevels),
    ...uploadMethods(db, sublevels),
    async referencedBlobs() {
      const blobs = new Set<string>()
      for await (const record of objects.values()) for (const segment of record.segments) blobs.add(segment.blob)
      for await (const part of parts.values()) blobs.add(part.blob)
      return blobs
    },
    exclusively: createQueue(),
    close: () => db.close(),
  }
}
