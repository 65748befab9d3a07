import { fileFault } from './file-fault.ts'
import { readBatch } from './read-batch.ts'

/** Files of a manifest: `count` of them from the one with number `from`, which counts from 0. */
export interface CheckImagesEvent {
  bucket: string
  /** The manifest of a channel, as SageMaker reads it. */
  key: string
  from: number
  count: number
}

export interface RefusedFile {
  name: string
  reason: string
}

/** What became of a batch. `refused` holds the first of `refusedCount`, so that the state of many batches stays small. */
export interface CheckedBatch {
  checked: number
  refused: RefusedFile[]
  refusedCount: number
}

/** Each may be an object of 32 MB. */
const FILES_AT_ONCE = 4
const MOST_LISTED = 20
const MOST_LISTED_BYTES = 2_000

/**
 * Looks whether files of a dataset are what a training can use: images that decode, captions that are text. Throws
 * `TransientError` when S3 does not answer, and never for what is wrong with a file.
 */
export async function checkImages(event: CheckImagesEvent): Promise<CheckedBatch> {
  const files = await readBatch(event)
  const faults: (string | undefined)[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < files.length; index = next++) {
      faults[index] = await fileFault(files[index] as (typeof files)[number])
    }
  }
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, work))
  const refused = files.flatMap(({ name }, index) => {
    const reason = faults[index]
    return reason === undefined ? [] : [{ name, reason }]
  })
  return { checked: files.length, refused: firstOf(refused), refusedCount: refused.length }
}

function firstOf(refused: readonly RefusedFile[]): RefusedFile[] {
  let bytes = 0
  return refused.slice(0, MOST_LISTED).filter((file) => {
    bytes += Buffer.byteLength(JSON.stringify(file))
    return bytes <= MOST_LISTED_BYTES
  })
}
