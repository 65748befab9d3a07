import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'

export interface Download {
  size: number
  sha256: string
}

/** Writes an object to a file and hashes it on the way. */
export async function download(s3: S3Client, from: { bucket: string; key: string }, path: string): Promise<Download> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: from.bucket, Key: from.key }))
  const hash = createHash('sha256')
  let size = 0
  await pipeline(
    Body as Readable,
    async function* (chunks) {
      for await (const chunk of chunks as AsyncIterable<Buffer>) {
        hash.update(chunk)
        size += chunk.length
        yield chunk
      }
    },
    createWriteStream(path),
  )
  return { size, sha256: hash.digest('hex') }
}
