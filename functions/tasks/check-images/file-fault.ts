import { type FileKind, fileKindOf } from '../../shared/datasets/file-kind.ts'
import { BadImage } from '../../shared/images/bad-image.ts'
import { decodeImage, MOST_IMAGE_BYTES, tooManyBytes } from '../../shared/images/decode-image.ts'
import { readObject } from '../../shared/objects/read-object.ts'
import type { ManifestFile } from './read-batch.ts'

const MOST_CAPTION_BYTES = 64 * 1024

interface KindRow {
  limit: number
  tooLarge(size: number): Error
  /** Throws `BadImage` for what is wrong. */
  look(bytes: Buffer): unknown
}

const KINDS: Readonly<Record<FileKind, KindRow>> = {
  image: { limit: MOST_IMAGE_BYTES, tooLarge: tooManyBytes, look: decodeImage },
  caption: {
    limit: MOST_CAPTION_BYTES,
    tooLarge: (size) => new BadImage(`a caption of ${size} bytes: give at most ${MOST_CAPTION_BYTES}`),
    look: readText,
  },
}

/** What is wrong with a file of a dataset, or undefined. */
export async function fileFault({ name, bucket, key }: ManifestFile): Promise<string | undefined> {
  const { limit, tooLarge, look } = KINDS[fileKindOf(name) ?? 'image']
  try {
    const object = await readObject({ bucket, key }, { limit, tooLarge })
    if (object === undefined) return 'not in the bucket'
    await look(object.bytes)
    return undefined
  } catch (error) {
    if (error instanceof BadImage) return error.message
    throw error
  }
}

function readText(bytes: Buffer): void {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new BadImage('a caption that is not UTF-8 text', { cause })
  }
}
