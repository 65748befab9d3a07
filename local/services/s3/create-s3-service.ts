import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import type { AwsService } from '../../http/service.ts'
import { type BucketDeployment, readDeployment } from './buckets/bucket-configuration.ts'
import { checkBucketName } from './buckets/bucket-name.ts'
import { sweepUploads } from './buckets/sweep-uploads.ts'
import { handleRequest } from './handle-request.ts'
import type { S3Environment } from './s3-call.ts'
import { openBlobDirectory } from './storage/blob-directory.ts'
import { openObjectIndex } from './storage/object-index.ts'

const SWEEP_INTERVAL = 60 * 60 * 1000

export interface S3ServiceOptions {
  /** Owned by this service alone; one process at a time. */
  dataDirectory: string
  region: string
  clock: Clock
  /** Deployed before the first request. */
  buckets?: BucketDeployment[]
  /** Names of files and uploads; unguessable and never repeated. */
  createId?: () => string
}

/** S3 as the laptop stack needs it. */
export interface S3Service extends AwsService {
  /** Creates a bucket as CloudFormation would, or gives an existing one this configuration and leaves its objects. */
  deployBucket(deployment: BucketDeployment): Promise<void>
  /** Applies the lifecycle rules now; it also happens at the start and once an hour. */
  sweep(): Promise<void>
  close(): Promise<void>
}

const openEnvironment = async (options: S3ServiceOptions): Promise<S3Environment> => {
  const { dataDirectory, region, clock } = options
  const createId = options.createId ?? (() => randomUUID().replaceAll('-', ''))
  await mkdir(dataDirectory, { recursive: true })
  const index = await openObjectIndex(join(dataDirectory, 'index'))
  const blobs = await openBlobDirectory(join(dataDirectory, 'blobs'), createId)
  await blobs.sweep(await index.referencedBlobs())
  return { index, blobs, clock, region, createId }
}

const deploy = async ({ index, clock }: S3Environment, deployment: BucketDeployment): Promise<void> => {
  const { name } = deployment
  checkBucketName(name)
  const configuration = readDeployment(deployment)
  await index.exclusively(async () => {
    const existing = await index.getBucket(name)
    await index.putBucket({ name, createdAt: existing?.createdAt ?? clock.now(), configuration })
  })
}

/** Opens the data directory, clears what a crash left behind, and serves. */
export const createS3Service = async (options: S3ServiceOptions): Promise<S3Service> => {
  const environment = await openEnvironment(options)
  const { clock } = environment
  for (const bucket of options.buckets ?? []) await deploy(environment, bucket)
  await sweepUploads(environment)

  let cancelSweep = (): void => undefined
  let sweeping = Promise.resolve()
  const scheduleSweep = (): void => {
    cancelSweep = clock.setTimer(clock.now() + SWEEP_INTERVAL, () => {
      scheduleSweep()
      // A sweep that fails is made up for by the next one.
      sweeping = sweepUploads(environment).catch(() => undefined)
    })
  }
  scheduleSweep()

  return {
    handle: (request) => handleRequest(environment, request),
    deployBucket: (deployment) => deploy(environment, deployment),
    sweep: () => sweepUploads(environment),
    async close() {
      cancelSweep()
      await sweeping
      await environment.index.exclusively(() => environment.index.close())
    },
  }
}
