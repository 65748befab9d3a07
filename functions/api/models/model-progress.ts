import { ListObjectsV2Command, ListPartsCommand, type ListPartsCommandOutput } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'
import { inBatches } from '../../shared/models/in-batches.ts'
import { fileKey, type ModelFile, type ModelRecord, modelPrefix } from '../../shared/models/model-record.ts'

/** How far a model is that is being made. */
export interface ModelProgress {
  phase: 'looking up' | 'copying' | 'checking the tarball'
  files?: number
  filesDone?: number
  bytes?: number
  bytesDone?: number
}

const AT_ONCE = 10

/** Counts what S3 has of a model that is being made; undefined for any other. Parts count as far as the first page tells them: 1,000 GiB. */
export async function modelProgress(bucket: string, model: ModelRecord): Promise<ModelProgress | undefined> {
  const { status, source, files } = model
  if (status !== 'Creating') return undefined
  if (source) return { phase: 'checking the tarball' }
  if (!files) return { phase: 'looking up' }
  const there = await keysUnder(bucket, modelPrefix(model.name))
  const done = files.filter((file) => there.has(fileKey(model.name, file)))
  const open = files.filter((file) => file.upload && !done.includes(file))
  const partly = await inBatches(open, AT_ONCE, (file) => bytesOf(bucket, model.name, file))
  const bytesDone = [...done.map(({ size }) => size), ...partly].reduce((sum, size) => sum + size, 0)
  return {
    phase: 'copying',
    files: files.length,
    filesDone: done.length,
    bytes: model.totalBytes ?? 0,
    bytesDone,
  }
}

async function keysUnder(bucket: string, prefix: string): Promise<Set<string>> {
  const { Contents = [] } = await withTransientErrors(() =>
    s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix })),
  )
  return new Set(Contents.map(({ Key = '' }) => Key))
}

async function bytesOf(bucket: string, model: string, file: ModelFile): Promise<number> {
  const list = new ListPartsCommand({ Bucket: bucket, Key: fileKey(model, file), UploadId: file.upload?.id })
  const { Parts = [] } = (await pageOf(list)) ?? {}
  return Parts.reduce((sum, { Size = 0 }) => sum + Size, 0)
}

/** An upload that is gone was completed or aborted a moment ago. */
async function pageOf(list: ListPartsCommand): Promise<ListPartsCommandOutput | undefined> {
  try {
    return await withTransientErrors(() => s3.send(list))
  } catch (error) {
    if ((error as Error).name === 'NoSuchUpload') return undefined
    throw error
  }
}
