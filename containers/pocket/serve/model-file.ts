import { refuse } from './container-error.ts'
import type { CachedFile } from './file-cache.ts'

/** A model's file on the disk, what it is called, and the field of the request that asked for it. */
export interface ModelFile extends CachedFile {
  readonly name: string
  readonly field: string
}

/** Pocket models have less than one megabyte; fetching a 7 GB file only to refuse it would help nobody. */
const MOST_BYTES = 64 * 1024 * 1024

/** Refuses a file that is too large to be of the pocket model. */
export function checkSize(field: string, name: string, bytes: number): void {
  if (bytes <= MOST_BYTES) return
  refuse(
    `${field}:`,
    `${name} has ${bytes} bytes, so it is not for the pocket model; deploy an endpoint with a GPU for it`,
  )
}
