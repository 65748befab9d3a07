import type { Container } from '../endpoints/endpoint-request.ts'
import { type ModelRecord, modelLocation } from './model-record.ts'

/** How SageMaker's CreateModel is told of a packaged model: files as they lie under the prefix, or a tarball to unpack. */
export function modelDataOf(
  bucket: string,
  model: Pick<ModelRecord, 'name' | 'source'>,
): Pick<Container, 'ModelDataSource'> {
  const S3Uri = modelLocation(bucket, model)
  const kind = model.source
    ? ({ S3DataType: 'S3Object', CompressionType: 'Gzip' } as const)
    : ({ S3DataType: 'S3Prefix', CompressionType: 'None' } as const)
  return { ModelDataSource: { S3DataSource: { S3Uri, ...kind } } }
}
