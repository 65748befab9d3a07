import type { JsonObject } from '../../shared/http/json-body.ts'
import { type ModelRecord, manifestKey, modelLocation } from '../../shared/models/model-record.ts'
import type { ModelsContext } from './models-context.ts'

/** A model as clients see it; what only the machine needs stays inside. */
export function toView({ bucket, apiUrl }: Pick<ModelsContext, 'bucket' | 'apiUrl'>, model: ModelRecord): JsonObject {
  const { list, announcement, uses, useCount, source, files, executionArn, goneAt, ...shown } = model
  return {
    ...shown,
    ...(source ? { source: `s3://${source.bucket}/${source.key}` } : {}),
    ...(files ? { files: files.map(({ upload, source: copiedFrom, ...file }) => file) } : {}),
    ...(model.status === 'Active'
      ? { location: modelLocation(bucket, model), manifest: `s3://${bucket}/${manifestKey(model.name)}` }
      : {}),
    links: {
      self: `${apiUrl.replace(/\/$/, '')}/models/${encodeURIComponent(model.id)}`,
      execution: executionArn,
    },
  }
}
