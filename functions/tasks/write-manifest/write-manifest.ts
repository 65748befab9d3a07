import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'
import { type Clock, isoTime } from '../../shared/clock.ts'
import { InvalidRequestError, TransientError, VerificationFailedError } from '../../shared/errors.ts'
import { fateOf } from '../../shared/models/fate-of.ts'
import { inBatches } from '../../shared/models/in-batches.ts'
import {
  fileKey,
  type ModelFile,
  type ModelRecord,
  manifestKey,
  modelPrefix,
} from '../../shared/models/model-record.ts'
import { readCreating } from '../../shared/models/read-creating.ts'
import { changeModel } from '../../shared/models/write-model.ts'
import { deleteKeys, deleteObjects } from '../../shared/objects/delete-objects.ts'
import type { CopiedArtifact } from '../copy-artifact/copy-artifact.ts'
import { completeCopy } from './complete-copy.ts'

export interface WriteManifestContext {
  bucket: string
  modelsTable: string
  clock: Clock
}

export interface WriteManifestEvent {
  id: string
  /** What "Copy artifacts" answered; empty for a tarball. */
  copied: CopiedArtifact[]
}

export interface WrittenManifest {
  bucket: string
  key: string
  files: number
  totalBytes: number
}

interface StoredObject {
  size: number
  etag: string
}

const AT_ONCE = 5

/**
 * Completes the files that were copied in parts, looks whether everything under the prefix is what it should be and
 * nothing else, and writes down what the model consists of. Repeatable.
 */
export async function writeManifest(
  context: WriteManifestContext,
  { id, copied }: WriteManifestEvent,
): Promise<WrittenManifest> {
  const { bucket, modelsTable, clock } = context
  const model = await readCreating(modelsTable, id)
  const now = isoTime(clock.now())
  const files = model.source ? (model.files ?? []) : await storedFiles(bucket, model, copied)
  const key = manifestKey(model.name)
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0)
  await putManifest({ bucket, key, content: manifestOf(model, files, now) })
  const isNoted = await changeModel(modelsTable, model, { files, totalBytes, updatedAt: now })
  if (!isNoted) await refuseLate(context, model)
  return { bucket, key, files: files.length, totalBytes }
}

/** Stopped while the manifest was being written, or written by another attempt at the same time. */
async function refuseLate({ bucket, modelsTable }: WriteManifestContext, model: ModelRecord): Promise<never> {
  const fate = await fateOf(modelsTable, model)
  if (fate === 'wanted') throw new TransientError(`The model ${model.id} is being written by another attempt`)
  if (fate === 'abandoned') await deleteObjects(bucket, modelPrefix(model.name))
  throw new InvalidRequestError(`The model ${model.id} was stopped while its manifest was being written`)
}

async function storedFiles(bucket: string, model: ModelRecord, copied: CopiedArtifact[]): Promise<ModelFile[]> {
  const wanted = model.files ?? []
  await inBatches([...wanted.keys()], AT_ONCE, async (index) => {
    const file = wanted[index] as ModelFile
    const parts = copied.filter((copy) => copy.file === index)
    if (file.upload) await completeCopy({ bucket, key: fileKey(model.name, file), uploadId: file.upload.id }, parts)
  })
  const stored = await listObjects(bucket, modelPrefix(model.name))
  const files = wanted.map((file, index) => verified(model, file, { stored, copied, index }))
  const known = new Set([...files.map((file) => fileKey(model.name, file)), manifestKey(model.name)])
  await deleteKeys(
    bucket,
    [...stored.keys()].filter((key) => !known.has(key)),
  )
  return files
}

/** A whole copy has the ETag that S3 told; parts that were completed have one of their own, which is on the record once it is known. */
function verified(
  model: ModelRecord,
  { upload, ...file }: ModelFile,
  facts: { stored: Map<string, StoredObject>; copied: CopiedArtifact[]; index: number },
): ModelFile {
  const object = facts.stored.get(fileKey(model.name, file))
  const whole = facts.copied.find((copy) => copy.file === facts.index && copy.part === undefined)
  const isRight = object?.size === file.size && (upload !== undefined || object.etag === (file.etag ?? whole?.etag))
  if (object && isRight) return { ...file, etag: object.etag }
  throw new VerificationFailedError(`${file.folder}/${file.name} is not in the bucket as it was copied`)
}

/** At most as many as a model has files, and what little may have got between them. */
async function listObjects(bucket: string, prefix: string): Promise<Map<string, StoredObject>> {
  const list = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix })
  const { Contents = [] } = await withTransientErrors(() => s3.send(list))
  return new Map(Contents.map(({ Key = '', Size = 0, ETag = '' }) => [Key, { size: Size, etag: ETag }]))
}

function manifestOf({ id, name, createdBy, source }: ModelRecord, files: ModelFile[], createdAt: string): object {
  return {
    id,
    name,
    createdAt,
    createdBy,
    ...(source ? { source } : {}),
    files: files.map(({ folder, name: file, size, etag, checkpointId, lineage }) => {
      return { path: `${folder}/${file}`, size, etag, checkpointId, lineage }
    }),
  }
}

async function putManifest({ bucket, key, content }: { bucket: string; key: string; content: object }): Promise<void> {
  const put = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: `${JSON.stringify(content, null, 2)}\n`,
    ContentType: 'application/json',
  })
  await withTransientErrors(() => s3.send(put))
}
