import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
} from '@aws-sdk/client-s3'
import { s3 } from '../../functions/shared/aws/s3.ts'
import { createS3PartSink } from '../../functions/shared/objects/s3-part-sink.ts'

/** An open upload. */
export interface OpenUpload {
  bucket: string
  key: string
  uploadId: string
}

/** A part that S3 has. */
export interface UploadedPart {
  number: number
  size: number
  etag: string
  crc32: string
}

export async function beginUpload({ bucket, key }: Omit<OpenUpload, 'uploadId'>): Promise<string> {
  const create = new CreateMultipartUploadCommand({
    Bucket: bucket,
    Key: key,
    ContentType: 'application/gzip',
    ChecksumAlgorithm: 'CRC32',
    ChecksumType: 'FULL_OBJECT',
  })
  const { UploadId = '' } = await s3.send(create)
  return UploadId
}

/** The parts that S3 has; undefined when there is no such upload any more. */
export async function listParts({ bucket, key, uploadId }: OpenUpload): Promise<UploadedPart[] | undefined> {
  const parts: UploadedPart[] = []
  let marker: string | undefined
  do {
    const list: ListPartsCommand = new ListPartsCommand({
      Bucket: bucket,
      Key: key,
      UploadId: uploadId,
      ...(marker === undefined ? {} : { PartNumberMarker: marker }),
    })
    const page: ListPartsCommandOutput | undefined = await unlessGone(() => s3.send(list))
    if (!page) return undefined
    for (const { PartNumber = 0, Size = 0, ETag = '', ChecksumCRC32 = '' } of page.Parts ?? []) {
      parts.push({ number: PartNumber, size: Size, etag: ETag, crc32: ChecksumCRC32 })
    }
    marker = page.IsTruncated ? page.NextPartNumberMarker : undefined
  } while (marker !== undefined)
  return parts
}

export async function putPart(upload: OpenUpload, number: number, bytes: Uint8Array): Promise<UploadedPart> {
  const stored = await createS3PartSink(upload).write(number, bytes)
  return { number, size: bytes.length, ...stored }
}

export async function completeUpload(upload: OpenUpload, parts: readonly UploadedPart[]): Promise<void> {
  const sorted = [...parts].sort((one, other) => one.number - other.number)
  const complete = new CompleteMultipartUploadCommand({
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.uploadId,
    ChecksumType: 'FULL_OBJECT',
    MultipartUpload: {
      Parts: sorted.map(({ number, etag, crc32 }) => ({ PartNumber: number, ETag: etag, ChecksumCRC32: crc32 })),
    },
  })
  await s3.send(complete)
}

/** Drops the upload with everything that S3 has of it. One that is gone already is fine. */
export async function abortUpload({ bucket, key, uploadId }: OpenUpload): Promise<void> {
  await unlessGone(() => s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId })))
}

/** Bytes of the object, or undefined when it is not there. */
export async function sizeOf({ bucket, key }: Omit<OpenUpload, 'uploadId'>): Promise<number | undefined> {
  try {
    return (await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).ContentLength
  } catch (error) {
    if ((error as Error).name === 'NotFound') return undefined
    throw error
  }
}

async function unlessGone<Answer>(work: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await work()
  } catch (error) {
    if ((error as Error).name === 'NoSuchUpload') return undefined
    throw error
  }
}
