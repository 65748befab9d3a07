import { CopyObjectCommand, DeleteObjectCommand, UploadPartCopyCommand } from '@aws-sdk/client-s3'
import { toDarkroomError, withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'
import { CheckpointNotFoundError, InputChangedError, InvalidRequestError } from '../../shared/errors.ts'
import { fateOf } from '../../shared/models/fate-of.ts'
import { fileKey, type ModelFile, type ModelRecord } from '../../shared/models/model-record.ts'
import { readCreating } from '../../shared/models/read-creating.ts'

export interface CopyArtifactContext {
  bucket: string
  modelsTable: string
}

export interface CopyArtifactEvent {
  id: string
  file: number
  part?: number
}

/** What now lies in the bucket; the ETag is the part's where it is one. */
export interface CopiedArtifact {
  file: number
  part?: number
  etag: string
}

/**
 * Lets S3 copy a file, or a part of one, into the model's folder: not a byte comes through here. Throws `InputChanged` or
 * `CheckpointNotFound` when the file is not what was found any more. Repeatable.
 */
export async function copyArtifact(
  context: CopyArtifactContext,
  { id, file: index, part }: CopyArtifactEvent,
): Promise<CopiedArtifact> {
  const model = await readCreating(context.modelsTable, id)
  const file = model.files?.[index]
  if (!file?.source) throw new InvalidRequestError(`The model ${id} has no file ${index} to copy`)
  if (part !== undefined) {
    return { file: index, part, etag: await copyPart(context, { model, file, part }) }
  }
  const etag = await copyWhole(context, model, file)
  await removeLate(context, model, file)
  return { file: index, etag }
}

async function copyWhole({ bucket }: CopyArtifactContext, model: ModelRecord, file: ModelFile): Promise<string> {
  const copy = new CopyObjectCommand({
    Bucket: bucket,
    Key: fileKey(model.name, file),
    ...sourceOf(bucket, file),
    // Tags are the library's own, and copying them would take two more permissions.
    TaggingDirective: 'REPLACE',
  })
  const { CopyObjectResult } = await asCopyErrors(file, () => s3.send(copy))
  return CopyObjectResult?.ETag ?? ''
}

async function copyPart(
  { bucket }: CopyArtifactContext,
  { model, file, part }: { model: ModelRecord; file: ModelFile; part: number },
): Promise<string> {
  const { id, partSize } = file.upload ?? { id: '', partSize: file.size }
  const first = (part - 1) * partSize
  const last = Math.min(first + partSize, file.size) - 1
  const copy = new UploadPartCopyCommand({
    Bucket: bucket,
    Key: fileKey(model.name, file),
    UploadId: id,
    PartNumber: part,
    ...sourceOf(bucket, file),
    CopySourceRange: `bytes=${first}-${last}`,
  })
  const { CopyPartResult } = await asCopyErrors(file, () => s3.send(copy))
  return CopyPartResult?.ETag ?? ''
}

function sourceOf(bucket: string, { source }: ModelFile): { CopySource: string; CopySourceIfMatch: string } {
  const path = (source?.key ?? '').split('/').map(encodeURIComponent).join('/')
  return { CopySource: `${bucket}/${path}`, CopySourceIfMatch: source?.etag ?? '' }
}

/** Stopped while S3 was copying: the copy is taken back. */
async function removeLate({ bucket, modelsTable }: CopyArtifactContext, model: ModelRecord, file: ModelFile) {
  const fate = await fateOf(modelsTable, model)
  if (fate === 'wanted') return
  if (fate === 'abandoned') {
    const remove = new DeleteObjectCommand({ Bucket: bucket, Key: fileKey(model.name, file) })
    await withTransientErrors(() => s3.send(remove))
  }
  throw new InvalidRequestError(`The model ${model.id} was stopped while ${file.name} was being copied`)
}

const MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NotFound'])

async function asCopyErrors<Answer>({ name }: ModelFile, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (cause) {
    const shape = cause as { name?: string; $metadata?: { httpStatusCode?: number } }
    if (shape.$metadata?.httpStatusCode === 412) {
      throw new InputChangedError(`${name} was replaced while it was being copied`, { cause })
    }
    if (MISSING.has(shape.name ?? '')) {
      throw new CheckpointNotFoundError(`${name} was deleted while it was being copied`, { cause })
    }
    throw toDarkroomError(cause)
  }
}
