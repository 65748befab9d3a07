import type { BucketConfiguration } from '../buckets/bucket-configuration.ts'
import type { ChecksumAlgorithm, ChecksumType } from '../checksums/checksum-algorithms.ts'

/** All times are milliseconds since the epoch; ETags are kept without their quotation marks. */
export interface BucketRecord {
  name: string
  createdAt: number
  configuration: BucketConfiguration
}

/** A stretch of an object: one file. A multipart object is the list of the files of its parts. */
export interface Segment {
  blob: string
  size: number
}

export interface StoredChecksum {
  algorithm: ChecksumAlgorithm
  type: ChecksumType
  value: string
}

/** What stays known of one part after the upload was completed; runs parallel to `segments`. */
export interface PartSummary {
  number: number
  checksum?: string
}

export interface ObjectRecord {
  size: number
  etag: string
  lastModified: number
  /** Response headers the uploader chose, user metadata included; names in lower case. */
  headers: Record<string, string>
  checksum: StoredChecksum
  segments: Segment[]
  parts?: PartSummary[]
}

export interface UploadRecord {
  id: string
  bucket: string
  key: string
  initiatedAt: number
  initiator: string
  headers: Record<string, string>
  /** `declared` is false when the uploader left the choice of the checksum to S3. */
  checksum: { algorithm: ChecksumAlgorithm; type: ChecksumType; declared: boolean }
}

export interface PartRecord {
  number: number
  size: number
  etag: string
  lastModified: number
  blob: string
  checksums: Partial<Record<ChecksumAlgorithm, string>>
}

/** Remembered so that a repeated CompleteMultipartUpload, whose first answer got lost, is answered the same. */
export interface CompletedUpload {
  bucket: string
  key: string
  completedAt: number
  /** The ETags asked for, in order. */
  partEtags: string[]
  etag: string
  checksum: StoredChecksum
}
