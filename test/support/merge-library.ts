import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { dynamodb } from '../../functions/shared/aws/dynamodb.ts'
import { s3 } from '../../functions/shared/aws/s3.ts'
import {
  type CheckpointRecord,
  checkpointLocation,
  checkpointPrefix,
} from '../../functions/shared/checkpoints/checkpoint-record.ts'
import { claimName } from '../../functions/shared/checkpoints/name-claims.ts'
import { type MergedPart, mergeStoredPart } from '../../functions/tasks/merge-part/merge-part.ts'
import {
  type PlanMergeContext,
  type PlannedMerge,
  planStoredMerge,
} from '../../functions/tasks/plan-merge/plan-merge.ts'
import { type LibraryFixture, startLibrary } from './library-fixture.ts'

/** A library with what the tasks of a merge need, and the states between the tasks done by hand. */
export interface MergeLibrary extends LibraryFixture {
  context: PlanMergeContext
  /** Stores a checkpoint of one file under this id. */
  add(id: string, file: { name: string; bytes: Uint8Array }, change?: Partial<CheckpointRecord>): Promise<void>
  plan(id: string, request: Record<string, unknown>): Promise<PlannedMerge>
  startUpload(output: { bucket: string; key: string }): Promise<string>
  /** Plans, merges every part and completes the upload. */
  merge(id: string, request: Record<string, unknown>): Promise<{ planned: PlannedMerge; parts: MergedPart[] }>
  keys(prefix?: string): Promise<string[]>
  openUploads(): Promise<number>
  putItem(table: string, item: Record<string, unknown>): Promise<void>
}

export async function startMergeLibrary(): Promise<MergeLibrary> {
  const library = await startLibrary()
  const { bucket, checkpointsTable, mergesTable, accountsTable } = library
  const context: PlanMergeContext = { bucket, checkpointsTable, mergesTable, accountsTable }
  const putItem = async (TableName: string, Item: Record<string, unknown>) => {
    await dynamodb.send(new PutCommand({ TableName, Item }))
  }
  const plan = (id: string, request: Record<string, unknown>) =>
    planStoredMerge(context, { id, checkpointId: `made-by-${id}`, requestedBy: 'ada', request })
  const startUpload = async ({ bucket: Bucket, key: Key }: { bucket: string; key: string }) => {
    const create = { Bucket, Key, ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const
    return (await s3.send(new CreateMultipartUploadCommand(create))).UploadId as string
  }
  return {
    ...library,
    context,
    putItem,
    plan,
    startUpload,
    add: async (id, { name, bytes }, change = {}) => {
      const type = change.type ?? 'Stable-diffusion'
      const key = `${checkpointPrefix(type, id)}/${name}`
      const { ETag = '' } = await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }))
      const now = new Date(0).toISOString()
      const record: CheckpointRecord = {
        id,
        list: 'checkpoints',
        createdAt: now,
        updatedAt: now,
        type,
        status: 'Active',
        names: [name],
        location: checkpointLocation(bucket, type, id),
        files: [{ name, key, size: bytes.length, etag: ETag }],
        allowedRolesOrUsers: ['ada'],
        params: {},
        createdBy: 'ada',
        ...change,
      }
      await putItem(checkpointsTable, { ...record })
      await claimName(checkpointsTable, name, id)
    },
    merge: async (id, request) => {
      const planned = await plan(id, request)
      const uploadId = await startUpload(planned.output)
      const work = planned.parts.map((partNumber) => mergeStoredPart({ ...planned, uploadId, partNumber }))
      const parts = await Promise.all(work)
      await s3.send(
        new CompleteMultipartUploadCommand({
          Bucket: bucket,
          Key: planned.output.key,
          UploadId: uploadId,
          ChecksumType: 'FULL_OBJECT',
          MultipartUpload: { Parts: parts },
        }),
      )
      return { planned, parts }
    },
    keys: async (Prefix) => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }))
      return Contents.map(({ Key }) => Key as string)
    },
    openUploads: async () => {
      const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
      return Uploads.length
    },
  }
}
