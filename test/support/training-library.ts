import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import {
  type DescribeTrainingJobCommand,
  type DescribeTrainingJobResponse,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import sinon from 'sinon'
import { dynamodb } from '../../functions/shared/aws/dynamodb.ts'
import { s3 } from '../../functions/shared/aws/s3.ts'
import { sagemaker } from '../../functions/shared/aws/sagemaker.ts'
import { jobNamePrefix } from '../../functions/shared/trainings/job-names.ts'
import {
  fromItem,
  type TrainingItem,
  type TrainingRecord,
  toItem,
} from '../../functions/shared/trainings/training-record.ts'
import { buildCheckpoint } from './build-checkpoint.ts'
import type { LibraryFixture } from './library-fixture.ts'
import { pocketCheckpoint } from './stack-trainings.ts'

// biome-ignore lint/suspicious/noExplicitAny: items are looked into field by field
type Json = Record<string, any>

export const NAME_PREFIX = 'darkroom-test'
export const CHECKPOINT_ID = '01234567-89ab-cdef-0123-456789abcdef'

/** A small file in the form of a LoRA. */
export const loraFile = (): Uint8Array =>
  buildCheckpoint({ tensors: [{ name: 'lora_unet_x.lora_down.weight', dtype: 'F16', shape: [2, 2] }], seed: 3 })

/** Puts what a training needs into a library, and reads back what it does there. */
export function trainingLibrary(library: LibraryFixture) {
  const put = (TableName: string, Item: Json) => dynamodb.send(new PutCommand({ TableName, Item }))
  const get = async (TableName: string, id: string) =>
    (await dynamodb.send(new GetCommand({ TableName, Key: { id }, ConsistentRead: true }))).Item
  const putObject = (Key: string, Body: Uint8Array | string) =>
    s3.send(new PutObjectCommand({ Bucket: library.bucket, Key, Body }))
  return {
    putObject,
    item: get,
    put,
    async keys(prefix = ''): Promise<string[]> {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: library.bucket, Prefix: prefix }))
      return Contents.map(({ Key = '' }) => Key)
    },
    /** An active checkpoint with its file; by default one that passes for a pocket model. */
    async checkpoint(id: string, name: string, more: Json = {}): Promise<void> {
      const { bytes = pocketCheckpoint(), ...changes } = more
      const key = `Stable-diffusion/checkpoint/custom/${id}/${name}`
      await putObject(key, bytes)
      await put(library.checkpointsTable, {
        id,
        list: 'checkpoints',
        createdAt: '2026-03-02T10:00:00.000Z',
        type: 'Stable-diffusion',
        status: 'Active',
        names: [name],
        files: [{ name, key, size: bytes.length }],
        location: `s3://${library.bucket}/Stable-diffusion/checkpoint/custom/${id}`,
        allowedRolesOrUsers: ['artists'],
        ...changes,
      })
      await put(library.checkpointsTable, { id: `name/${name}`, checkpointId: id })
    },
    /** An enabled dataset of these files; nobody looks into them. */
    async dataset(id: string, files: readonly string[], more: Json = {}): Promise<void> {
      await put(library.datasetsTable, {
        id,
        list: 'datasets',
        createdAt: '2026-03-02T10:00:00.000Z',
        status: 'Enabled',
        files: files.length,
        bytes: 1000 * files.length,
        params: {},
        allowedRolesOrUsers: ['artists'],
        ...more,
      })
      for (const sortKey of files) await put(library.datasetItemsTable, { datasetName: id, sortKey, type: 'image' })
    },
    /** A training of anna's that its execution has just recorded. */
    async training(id: string, more: Partial<TrainingRecord> = {}): Promise<TrainingRecord> {
      const record: TrainingRecord = {
        id,
        list: 'trainings',
        createdAt: '2026-03-02T10:15:00.000Z',
        updatedAt: '2026-03-02T10:15:00.000Z',
        startedAt: '2026-03-02T10:15:00.000Z',
        name: id,
        status: 'Preparing',
        request: {
          name: id,
          base: 'base.safetensors',
          dataset: 'dogs',
          method: 'dreambooth',
          instancePrompt: 'a sks ball',
        },
        requestedBy: 'anna',
        ownerRolesOrUsers: ['anna'],
        executionArn: `arn:aws:states:us-east-1:000000000000:execution:train-dreambooth:${id}`,
        checkpointId: CHECKPOINT_ID,
        ...more,
      }
      await put(library.trainingsTable, toItem(record))
      return record
    },
    async read(id: string): Promise<TrainingRecord | undefined> {
      const item = await get(library.trainingsTable, id)
      return item && fromItem(item as TrainingItem)
    },
  }
}

/** The first job of a training. */
export const jobOf = (id: string, attempt = 1): string => `${jobNamePrefix(NAME_PREFIX, id)}-${attempt}`

/** Stands in for SageMaker: jobs are what is put here, stopping one takes as long as the test says. */
export function fakeJobs() {
  const jobs = new Map<string, DescribeTrainingJobResponse>()
  const stopped: string[] = []
  const stub = sinon.stub(sagemaker, 'send').callsFake((async (command: DescribeTrainingJobCommand) => {
    const name = command.input.TrainingJobName ?? ''
    const job = jobs.get(name)
    if (!job) throw Object.assign(new Error('Requested resource not found.'), { name: 'ValidationException' })
    if (!(command instanceof StopTrainingJobCommand)) return job
    stopped.push(name)
    jobs.set(name, { ...job, TrainingJobStatus: 'Stopping' })
    return {}
  }) as never)
  return {
    stopped,
    stub,
    add(id: string, status: string, more: Json = {}): string {
      const { attempt = 1, ...description } = more
      const name = jobOf(id, attempt)
      jobs.set(name, {
        TrainingJobName: name,
        TrainingJobStatus: status,
        SecondaryStatus: status === 'InProgress' ? 'Training' : status,
        HyperParameters: { training_id: id, method: 'dreambooth' },
        SecondaryStatusTransitions: [],
        ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 },
        ...description,
      } as unknown as DescribeTrainingJobResponse)
      return name
    },
  }
}
