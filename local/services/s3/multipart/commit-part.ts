import type { S3Call } from '../s3-call.ts'
import { S3Error } from '../s3-error.ts'
import type { PartRecord, UploadRecord } from '../storage/records.ts'
import { findUpload } from './find-upload.ts'

const LAST_PART_NUMBER = 10_000

/** `partNumber` of the query; throws InvalidArgument. */
export const readPartNumber = (query: URLSearchParams): number => {
  const text = query.get('partNumber') ?? ''
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < 1 || number > LAST_PART_NUMBER) {
    throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', {
      ArgumentName: 'partNumber',
      ArgumentValue: text,
    })
  }
  return number
}

/** Registers a part that has arrived, unless its upload ended meanwhile, and discards the one it replaces. */
export const commitPart = async (call: S3Call, upload: UploadRecord, part: PartRecord): Promise<void> => {
  const { index, blobs } = call
  try {
    const replaced = await index.exclusively(async () => {
      await findUpload(call)
      const existing = await index.getPart(upload.id, part.number)
      await index.putPart(upload.id, part)
      return existing
    })
    if (replaced) await blobs.discard([replaced.blob])
  } catch (error) {
    await blobs.discard([part.blob])
    throw error
  }
}
