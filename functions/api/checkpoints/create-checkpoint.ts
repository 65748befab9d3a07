import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3'
import type { Account } from '../../shared/accounts/account.ts'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'
import {
  type CheckpointFile,
  type CheckpointRecord,
  checkpointLocation,
  checkpointPrefix,
} from '../../shared/checkpoints/checkpoint-record.ts'
import { putNewCheckpoint } from '../../shared/checkpoints/put-checkpoint.ts'
import { isoTime } from '../../shared/clock.ts'
import { log } from '../../shared/log.ts'
import { newId } from '../../shared/new-id.ts'
import { changeCheckpoint } from './change-checkpoint.ts'
import type { CheckpointsContext } from './checkpoints-context.ts'
import { claimFreeName } from './claim-free-name.ts'
import type { CreateRequest } from './create-request.ts'
import { presignParts } from './presign-parts.ts'
import { removeCheckpoint } from './remove-checkpoint.ts'

/** A new checkpoint and, by file name, the URLs its parts are to be put to. */
export interface CreatedCheckpoint {
  record: CheckpointRecord
  urls: Record<string, string[]>
}

/**
 * Makes a checkpoint whose files are to be uploaded. The record comes first, so that names and uploads always belong to
 * something that can be seen and deleted; when any later step fails, everything is unmade again.
 */
export async function createCheckpoint(
  context: CheckpointsContext,
  caller: Account,
  request: CreateRequest,
): Promise<CreatedCheckpoint> {
  const record = newRecord(context, caller, request)
  await putNewCheckpoint(context.checkpointsTable, record)
  try {
    return await openUploads(context, record, request)
  } catch (error) {
    await unmake(context, record)
    throw error
  }
}

async function openUploads(
  context: CheckpointsContext,
  record: CheckpointRecord,
  request: CreateRequest,
): Promise<CreatedCheckpoint> {
  for (const name of record.names) {
    await claimFreeName(context, name, record.id)
  }
  const files: Required<Pick<CheckpointFile, 'name' | 'key' | 'uploadId'>>[] = []
  for (const { name, key } of record.files) {
    files.push({ name, key, uploadId: await openUpload(context.bucket, key) })
  }
  const changed = await changeCheckpoint(context, record, { files })
  const urls: Record<string, string[]> = {}
  for (const [index, file] of files.entries()) {
    const parts = request.files[index]?.parts ?? 1
    urls[file.name] = await presignParts({ ...file, bucket: context.bucket, parts }, context.clock)
  }
  return { record: changed, urls }
}

function newRecord(context: CheckpointsContext, caller: Account, request: CreateRequest): CheckpointRecord {
  const id = newId(context.clock)
  const now = isoTime(context.clock.now())
  const names = request.files.map(({ name }) => name)
  return {
    id,
    list: 'checkpoints',
    createdAt: now,
    updatedAt: now,
    type: request.type,
    status: 'Initial',
    names,
    location: checkpointLocation(context.bucket, request.type, id),
    files: names.map((name) => ({ name, key: `${checkpointPrefix(request.type, id)}/${name}` })),
    allowedRolesOrUsers: [...caller.roles],
    params: request.params,
    createdBy: caller.username,
  }
}

async function openUpload(bucket: string, key: string): Promise<string> {
  const { UploadId } = await withTransientErrors(() =>
    s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: key })),
  )
  return UploadId as string
}

/** What cannot be unmade now stays visible as an `Initial` record, which can be deleted or is taken over after a day. */
async function unmake(context: CheckpointsContext, record: CheckpointRecord): Promise<void> {
  try {
    await removeCheckpoint(context, record)
  } catch (error) {
    log.error('A checkpoint that was not made could not be removed', { checkpointId: record.id, error })
  }
}
