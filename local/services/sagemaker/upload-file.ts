import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import type { S3Location } from '../s3-uri.ts'

/** The first `size` bytes of a file. */
export interface FileContent {
  file: string
  size: number
}

/** Bytes up to which a file is sent from memory, which is quicker than a stream. */
const SMALL = 2 ** 20

/** S3 takes 5 GiB in one request, and 10,000 parts of one object. */
const PART_SIZE = 2 ** 29

/** Sends a file, in parts when it is larger than one; a failure leaves no parts behind. */
export async function uploadFile(
  client: S3Client,
  { location: { bucket: Bucket, key: Key }, content }: { location: S3Location; content: FileContent },
  partSize = PART_SIZE,
): Promise<void> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3')
  const { file, size } = content
  if (size > partSize) return await uploadParts(client, { Bucket, Key, ...content, partSize })
  const Body = size <= SMALL ? (await readFile(file)).subarray(0, size) : createReadStream(file, { end: size - 1 })
  const ContentLength = Body instanceof Buffer ? Body.length : size
  await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentLength }))
}

interface PartedUpload extends FileContent {
  Bucket: string
  Key: string
  partSize: number
}

async function uploadParts(client: S3Client, { Bucket, Key, file, size, partSize }: PartedUpload): Promise<void> {
  const s3 = await import('@aws-sdk/client-s3')
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key }))
  const upload = { Bucket, Key, UploadId }
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = []
    for (let start = 0; start < size; start += partSize) {
      const PartNumber = Parts.length + 1
      const end = Math.min(start + partSize, size)
      const Body = createReadStream(file, { start, end: end - 1 })
      const part = new s3.UploadPartCommand({ ...upload, PartNumber, Body, ContentLength: end - start })
      Parts.push({ PartNumber, ETag: (await client.send(part)).ETag })
    }
    await client.send(new s3.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
  } catch (error) {
    await client.send(new s3.AbortMultipartUploadCommand(upload)).catch(() => undefined)
    throw error
  }
}
