import { type CheckedBatch, type CheckImagesEvent, checkImages } from './check-images.ts'

/** The state "Check images": one batch. */
export async function handler(event: CheckImagesEvent): Promise<CheckedBatch> {
  return checkImages(event)
}
