import { requestKey, resultPrefix } from '../../shared/inferences/inference-keys.ts'
import { readInference } from '../../shared/inferences/read-inference.ts'
import { log } from '../../shared/log.ts'
import { deleteObjects } from '../../shared/objects/delete-objects.ts'

/** Where records and objects are. */
export interface CleanUpInferenceContext {
  bucket: string
  inferencesTable: string
}

/**
 * Leaves nothing half-made of an inference that did not come to its end: no image, no request. One that has succeeded is
 * not touched. Repeatable at any time; the inference's status should be final before, so that its last functions see it.
 */
export async function cleanUpInference(
  { bucket, inferencesTable }: CleanUpInferenceContext,
  id: string,
): Promise<void> {
  const record = await readInference(inferencesTable, id)
  if (record?.status === 'succeed') return
  await deleteObjects(bucket, resultPrefix(id))
  await deleteObjects(bucket, requestKey(id))
  log.info('Inference cleaned up', { inferenceId: id })
}
