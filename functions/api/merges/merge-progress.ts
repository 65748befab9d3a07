import { ListPartsCommand, type ListPartsCommandOutput } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'
import type { MergeRecord } from '../../shared/merges/merge-record.ts'

/** How far a running merge is. */
export interface MergeProgress {
  partsDone: number
  parts: number
}

/** Counts the parts that S3 has of a merge whose parts are being made; undefined for any other. */
export async function mergeProgress({ status, upload, parts }: MergeRecord): Promise<MergeProgress | undefined> {
  if (status !== 'Merging' || !upload || parts === undefined) return undefined
  return { partsDone: await countParts(upload, parts), parts }
}

/** An upload that is gone was completed a moment ago: all parts were there. */
async function countParts(upload: NonNullable<MergeRecord['upload']>, all: number): Promise<number> {
  let done = 0
  let marker: string | undefined
  do {
    const list: ListPartsCommand = new ListPartsCommand({
      Bucket: upload.bucket,
      Key: upload.key,
      UploadId: upload.uploadId,
      ...(marker === undefined ? {} : { PartNumberMarker: marker }),
    })
    const page: ListPartsCommandOutput | undefined = await pageOf(list)
    if (!page) return all
    done += page.Parts?.length ?? 0
    marker = page.IsTruncated ? page.NextPartNumberMarker : undefined
  } while (marker !== undefined)
  return done
}

async function pageOf(list: ListPartsCommand): Promise<ListPartsCommandOutput | undefined> {
  try {
    return await withTransientErrors(() => s3.send(list))
  } catch (error) {
    if ((error as Error).name === 'NoSuchUpload') return undefined
    throw error
  }
}
