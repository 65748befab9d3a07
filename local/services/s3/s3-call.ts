import type { Clock } from '../../clock.ts'
import type { ServiceRequest } from '../../http/service.ts'
import type { RequestHeaders } from './request-headers.ts'
import type { BlobDirectory } from './storage/blob-directory.ts'
import type { ObjectIndex } from './storage/object-index.ts'

/** What all operations of one service share. */
export interface S3Environment {
  index: ObjectIndex
  blobs: BlobDirectory
  clock: Clock
  region: string
  createId(): string
}

/** One request, taken apart as far as all operations need it. `bucket` and `key` are empty where it names none. */
export interface S3Call extends S3Environment {
  request: ServiceRequest
  bucket: string
  key: string
  query: URLSearchParams
  headers: RequestHeaders
}

/** An answer as data. `body` is text, or bytes whose number stands in `content-length`. `release` is called when it has been sent or given up. */
export interface S3Response {
  status: number
  headers?: Record<string, string>
  body?: string | AsyncIterable<Buffer>
  release?: () => void
}

export type Operation = (call: S3Call) => Promise<S3Response>

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`

export const objectArn = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}/${key}`
