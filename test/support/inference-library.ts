import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { dynamodb } from '../../functions/shared/aws/dynamodb.ts'
import { s3 } from '../../functions/shared/aws/s3.ts'
import { encodePng } from '../../functions/shared/images/encode-png.ts'
import type { InferenceRecord } from '../../functions/shared/inferences/inference-record.ts'
import type { LibraryFixture } from './library-fixture.ts'

// biome-ignore lint/suspicious/noExplicitAny: items are looked into field by field
type Json = Record<string, any>

/** A picture of one pixel, as containers send it. */
export const PIXEL = encodePng({ width: 1, height: 1, rgb: Uint8Array.from([200, 0, 0]) })

/** Puts endpoints, checkpoints, inferences and objects into a library, and reads them back. */
export function inferenceLibrary(library: LibraryFixture) {
  const put = (TableName: string, Item: Json) => dynamodb.send(new PutCommand({ TableName, Item }))
  return {
    /** An endpoint in service with its claim on the name. */
    async endpoint(id: string, more: Json = {}): Promise<void> {
      const record = {
        id,
        list: 'endpoints',
        createdAt: '2026-03-02T10:00:00.000Z',
        name: `darkroom-test-async-${id}`,
        endpointType: 'Async',
        backend: 'pocket',
        instanceType: 'ml.g5.xlarge',
        instanceCount: 1,
        status: 'InService',
        roles: ['IT Operator'],
        createdBy: 'admin',
        ...more,
      }
      await put(library.endpointsTable, record)
      await put(library.endpointsTable, { id: `endpoint/${record.name}`, endpointId: id })
    },
    /** An active checkpoint with its claim on the file name. */
    async checkpoint(id: string, name: string, more: Json = {}): Promise<void> {
      await put(library.checkpointsTable, {
        id,
        list: 'checkpoints',
        createdAt: `2026-03-02T10:00:00.${id.length.toString().padStart(3, '0')}Z`,
        type: 'Stable-diffusion',
        status: 'Active',
        names: [name],
        location: `s3://${library.bucket}/Stable-diffusion/checkpoint/custom/${id}`,
        allowedRolesOrUsers: ['IT Operator'],
        ...more,
      })
      await put(library.checkpointsTable, { id: `name/${name}`, checkpointId: id })
    },
    /** An inference that runs. */
    async inference(id: string, more: Json = {}): Promise<void> {
      await put(library.inferencesTable, {
        id,
        list: 'inferences',
        createdAt: '2026-03-02T10:15:00.000Z',
        updatedAt: '2026-03-02T10:15:00.000Z',
        startedAt: '2026-03-02T10:15:01.000Z',
        taskType: 'txt2img',
        inferenceType: 'Async',
        status: 'inprogress',
        ownerRolesOrUsers: ['admin'],
        createdBy: 'admin',
        models: {},
        inputKey: `txt2img/infer_v2/${id}/api_param.json`,
        endpointName: 'darkroom-test-async-e-1',
        endpointId: 'e-1',
        imageNames: [],
        notify: false,
        executionArn: `arn:aws:states:us-east-1:000000000000:execution:async-inference:${id}`,
        ...more,
      })
    },
    async read(id: string): Promise<InferenceRecord | undefined> {
      const { Item } = await dynamodb.send(new GetCommand({ TableName: library.inferencesTable, Key: { id } }))
      return Item as InferenceRecord | undefined
    },
    async putObject(key: string, body: string | Uint8Array): Promise<void> {
      await s3.send(new PutObjectCommand({ Bucket: library.bucket, Key: key, Body: body }))
    },
    async readObject(key: string): Promise<{ bytes: Buffer; contentType: string | undefined }> {
      const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket: library.bucket, Key: key }))
      return { bytes: Buffer.from((await Body?.transformToByteArray()) ?? []), contentType: ContentType }
    },
    async keys(prefix = ''): Promise<string[]> {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: library.bucket, Prefix: prefix }))
      return Contents.map(({ Key = '' }) => Key)
    },
  }
}
