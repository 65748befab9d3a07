import type { CheckpointFile, CheckpointRecord } from '../../shared/checkpoints/checkpoint-record.ts'
import { contractTime } from '../../shared/http/contract-time.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'

/** A row of `GET /checkpoints`, in the contract's form: numbers are strings. */
export function toRow(record: CheckpointRecord): JsonObject {
  return {
    id: record.id,
    s3Location: record.location,
    type: record.type,
    status: record.status,
    name: record.names,
    created: String(Date.parse(record.createdAt) / 1000),
    params: paramsOf(record),
    allowed_roles_or_users: record.allowedRolesOrUsers,
  }
}

/** The checkpoint in the answers of `POST` and `PUT`, in the contract's form. */
export function toDetail(record: CheckpointRecord): JsonObject {
  return {
    id: record.id,
    type: record.type,
    s3_location: record.location,
    status: record.status,
    params: paramsOf(record),
  }
}

function paramsOf(record: CheckpointRecord): JsonObject {
  const bucket = new URL(record.location).host
  const open = record.files.filter((file) => file.uploadId !== undefined)
  const uploads = Object.fromEntries(open.map((file) => [file.name, uploadOf(file, bucket)]))
  const multipart = open.length > 0 ? { multipart_upload: uploads } : {}
  const stored = numbersAsText(record.params) as JsonObject
  return { ...stored, creator: record.createdBy, created: contractTime(record.createdAt), ...multipart }
}

function uploadOf(file: CheckpointFile, bucket: string): JsonObject {
  return { upload_id: file.uploadId, bucket, key: file.key }
}

function numbersAsText(value: unknown): unknown {
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return value.map(numbersAsText)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, numbersAsText(field)]))
}
