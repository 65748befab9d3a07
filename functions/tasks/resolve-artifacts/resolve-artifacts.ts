import { AbortMultipartUploadCommand, CreateMultipartUploadCommand } from '@aws-sdk/client-s3'
import { findAccount } from '../../shared/accounts/find-account.ts'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'
import { type Clock, isoTime } from '../../shared/clock.ts'
import { InvalidRequestError, TransientError } from '../../shared/errors.ts'
import { checkTotal, type FoundArtifact, findArtifacts } from '../../shared/models/find-artifacts.ts'
import { inBatches } from '../../shared/models/in-batches.ts'
import { fileKey, type ModelFile, type ModelRecord, modelPrefix } from '../../shared/models/model-record.ts'
import { readCreating } from '../../shared/models/read-creating.ts'
import { changeModel } from '../../shared/models/write-model.ts'
import { abortUploads } from '../../shared/objects/abort-uploads.ts'
import { deleteObjects } from '../../shared/objects/delete-objects.ts'
import { openS3Object } from '../../shared/objects/s3-byte-source.ts'

export interface ResolveArtifactsContext {
  bucket: string
  checkpointsTable: string
  modelsTable: string
  accountsTable: string
  clock: Clock
  /** Larger files are copied in parts of this many bytes. */
  partSize: number
}

/** One call of "Copy artifact": a whole file, or a part of one. Numbers of parts begin with 1. */
export interface CopyItem {
  file: number
  part?: number
}

export interface ResolvedArtifacts {
  items: CopyItem[]
  files: number
  totalBytes: number
}

/** S3 takes this many requests of one function without a murmur. */
const AT_ONCE = 10

/**
 * Finds every file that goes into the model and remembers on the record what it is just now; opens uploads for those that
 * are copied in parts. Repeatable: what an attempt before has left goes first.
 */
export async function resolveArtifacts(
  context: ResolveArtifactsContext,
  { id }: { id: string },
): Promise<ResolvedArtifacts> {
  const { bucket, modelsTable, clock } = context
  const record = await readCreating(modelsTable, id)
  const found = await findOwned(context, record)
  const files = await inBatches(found, AT_ONCE, (artifact) => lookAt(bucket, artifact))
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0)
  checkTotal(totalBytes)
  await clearPrefix(context, record)
  const planned = await inBatches(files, AT_ONCE, (file) => withUpload(context, record.name, file))
  const change = { files: planned, totalBytes, updatedAt: isoTime(clock.now()) }
  if (!(await changeModel(modelsTable, record, change))) {
    for (const file of planned) if (file.upload) await abortUpload(bucket, record.name, file)
    throw new InvalidRequestError(`The model ${id} was stopped while its files were being looked up`)
  }
  return { items: planned.flatMap(itemsOf), files: planned.length, totalBytes }
}

/** What an attempt before has left. One that is still at work, or was faster, has changed the record: then it is left alone. */
async function clearPrefix({ bucket, modelsTable }: ResolveArtifactsContext, seen: ModelRecord): Promise<void> {
  const { updatedAt } = await readCreating(modelsTable, seen.id)
  if (updatedAt !== seen.updatedAt) throw new TransientError(`The model ${seen.id} is looked up by another attempt`)
  await abortUploads(bucket, modelPrefix(seen.name))
  await deleteObjects(bucket, modelPrefix(seen.name))
}

async function abortUpload(bucket: string, model: string, { upload, ...file }: ModelFile): Promise<void> {
  const abort = new AbortMultipartUploadCommand({ Bucket: bucket, Key: fileKey(model, file), UploadId: upload?.id })
  try {
    await withTransientErrors(() => s3.send(abort))
  } catch (error) {
    if ((error as Error).name !== 'NoSuchUpload') throw error
  }
}

async function findOwned(
  { accountsTable, checkpointsTable }: ResolveArtifactsContext,
  { createdBy: username, artifacts }: ModelRecord,
): Promise<FoundArtifact[]> {
  const account = await withTransientErrors(() => findAccount(accountsTable, username))
  return findArtifacts(checkpointsTable, account ?? { username, roles: [], permissions: [] }, artifacts)
}

/** Size and ETag are those of this moment; a copy fails when they are not the object's any more. */
async function lookAt(bucket: string, { file, ...artifact }: FoundArtifact): Promise<ModelFile> {
  const { size, etag } = await openS3Object({ name: file.name, bucket, key: file.key })
  return { ...artifact, size, source: { key: file.key, etag } }
}

async function withUpload(
  { bucket, partSize }: ResolveArtifactsContext,
  model: string,
  file: ModelFile,
): Promise<ModelFile> {
  if (file.size <= partSize) return file
  const create = new CreateMultipartUploadCommand({
    Bucket: bucket,
    Key: fileKey(model, file),
    ContentType: 'application/octet-stream',
  })
  const { UploadId = '' } = await withTransientErrors(() => s3.send(create))
  return { ...file, upload: { id: UploadId, partSize } }
}

function itemsOf({ size, upload }: ModelFile, file: number): CopyItem[] {
  if (!upload) return [{ file }]
  return Array.from({ length: Math.ceil(size / upload.partSize) }, (_, index) => ({ file, part: index + 1 }))
}
