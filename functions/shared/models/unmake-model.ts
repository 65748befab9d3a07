import { DeleteModelCommand } from '@aws-sdk/client-sagemaker'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { sagemaker } from '../aws/sagemaker.ts'
import { abortUploads } from '../objects/abort-uploads.ts'
import { deleteObjects } from '../objects/delete-objects.ts'
import { type ModelRecord, modelPrefix } from './model-record.ts'

/** Deletes what a model consists of: SageMaker's model, open uploads and the objects under its prefix; never what they were copied from. Repeatable. */
export async function unmakeModel(
  bucket: string,
  { name, sageMakerName }: Pick<ModelRecord, 'name' | 'sageMakerName'>,
): Promise<void> {
  await deleteSageMakerModel(sageMakerName)
  await abortUploads(bucket, modelPrefix(name))
  await deleteObjects(bucket, modelPrefix(name))
}

async function deleteSageMakerModel(ModelName: string): Promise<void> {
  try {
    await withTransientErrors(() => sagemaker.send(new DeleteModelCommand({ ModelName })))
  } catch (error) {
    const { name, message } = error as Error
    if (name !== 'ValidationException' || !message.includes('Could not find model')) throw error
  }
}
