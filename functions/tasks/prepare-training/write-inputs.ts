import { PutObjectCommand } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'
import type { TrainingConfig } from '../../shared/trainings/training-config.ts'
import { configKey, manifestKey } from '../../shared/trainings/training-keys.ts'
import type { Pictures } from './find-pictures.ts'

/** Part of a manifest, for one check-images task. */
export interface ImageBatch {
  bucket: string
  key: string
  from: number
  count: number
}

/** What the job reads beside the base model. */
export interface TrainingInputs {
  config: TrainingConfig
  dataset: Pictures
  classDataset?: Pictures | undefined
}

const BATCH = 200

/** Writes settings and lists of pictures for the job, and answers the lists cut into batches. Repeatable. */
export async function writeInputs(
  bucket: string,
  id: string,
  { config, dataset, classDataset }: TrainingInputs,
): Promise<ImageBatch[]> {
  await putJson(bucket, configKey(id), config)
  const batches = await putManifest(bucket, manifestKey(id, 'dataset'), dataset)
  if (!classDataset) return batches
  return [...batches, ...(await putManifest(bucket, manifestKey(id, 'class'), classDataset))]
}

/** SageMaker's manifest file: only what it lists gets to the job. */
async function putManifest(bucket: string, key: string, { prefix, files }: Pictures): Promise<ImageBatch[]> {
  await putJson(bucket, key, [{ prefix: `s3://${bucket}/${prefix}` }, ...files])
  return Array.from({ length: Math.ceil(files.length / BATCH) }, (_, index) => {
    const from = index * BATCH
    return { bucket, key, from, count: Math.min(BATCH, files.length - from) }
  })
}

async function putJson(bucket: string, key: string, value: unknown): Promise<void> {
  const put = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: JSON.stringify(value),
    ContentType: 'application/json',
  })
  await withTransientErrors(() => s3.send(put))
}
