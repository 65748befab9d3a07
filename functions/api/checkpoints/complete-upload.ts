import {
  CompleteMultipartUploadCommand,
  HeadObjectCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
} from '@aws-sdk/client-s3'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'
import type { CheckpointFile } from '../../shared/checkpoints/checkpoint-record.ts'
import { InvalidRequestError } from '../../shared/errors.ts'
import { checkPartsAgainstStored, type PartTag, type StoredPart } from './check-parts.ts'

/** A file that lies in the bucket as one object. */
export type StoredFile = Required<Pick<CheckpointFile, 'name' | 'key' | 'size' | 'etag'>>

const PART_FAULTS: ReadonlySet<string> = new Set([
  'InvalidPart',
  'InvalidPartOrder',
  'EntityTooSmall',
  'InvalidRequest',
])

/**
 * Makes the parts of one file an object. Repeatable: an upload that an earlier call completed is found by its object.
 * Throws `InvalidRequest`, naming file and part, when the parts are not what S3 has or the upload has expired.
 */
export async function completeUpload(
  bucket: string,
  file: CheckpointFile,
  tags: readonly PartTag[],
): Promise<StoredFile> {
  const stored = await storedParts(bucket, file)
  if (stored) {
    checkPartsAgainstStored(file.name, tags, stored)
    await complete(bucket, file, tags)
  }
  const { name, key } = file
  const head = await nothingIf('NotFound', s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })))
  if (head) return { name, key, size: head.ContentLength ?? 0, etag: head.ETag ?? '' }
  throw new InvalidRequestError(
    `multi_parts_tags["${name}"]: its upload has expired or was aborted: delete the checkpoint and create it again`,
  )
}

/** The parts S3 has, or undefined when there is no such upload (any more). */
async function storedParts(bucket: string, { key, uploadId }: CheckpointFile): Promise<StoredPart[] | undefined> {
  if (uploadId === undefined) return undefined
  const parts: StoredPart[] = []
  let marker: string | undefined
  do {
    const list: ListPartsCommand = new ListPartsCommand({
      Bucket: bucket,
      Key: key,
      UploadId: uploadId,
      ...(marker === undefined ? {} : { PartNumberMarker: marker }),
    })
    const page: ListPartsCommandOutput | undefined = await nothingIf('NoSuchUpload', s3.send(list))
    if (!page) return undefined
    parts.push(...((page.Parts ?? []) as StoredPart[]))
    marker = page.IsTruncated ? page.NextPartNumberMarker : undefined
  } while (marker !== undefined)
  return parts
}

async function complete(bucket: string, file: CheckpointFile, tags: readonly PartTag[]): Promise<void> {
  const command = new CompleteMultipartUploadCommand({
    Bucket: bucket,
    Key: file.key,
    UploadId: file.uploadId,
    MultipartUpload: { Parts: tags.map(({ ETag, PartNumber }) => ({ ETag, PartNumber })) },
  })
  try {
    // A repeat of this call may have completed it since the parts were listed.
    await nothingIf('NoSuchUpload', s3.send(command))
  } catch (error) {
    if (!PART_FAULTS.has((error as Error).name)) throw error
    throw new InvalidRequestError(`multi_parts_tags["${file.name}"]: ${(error as Error).message}`, { cause: error })
  }
}

async function nothingIf<Result>(errorName: string, call: Promise<Result>): Promise<Result | undefined> {
  try {
    return await withTransientErrors(() => call)
  } catch (error) {
    if ((error as Error).name === errorName) return undefined
    throw error
  }
}
