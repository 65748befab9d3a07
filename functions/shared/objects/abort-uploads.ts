import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, type MultipartUpload } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { s3 } from '../aws/s3.ts'

/** Aborts every open multipart upload under a prefix, also those whose id nobody noted. Repeatable. */
export async function abortUploads(bucket: string, prefix: string): Promise<void> {
  for await (const upload of openUploads(bucket, prefix)) {
    await abortUpload(bucket, upload)
  }
}

async function* openUploads(bucket: string, prefix: string): AsyncGenerator<MultipartUpload> {
  let marker: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {}
  while (marker) {
    const list: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
      Bucket: bucket,
      Prefix: prefix,
      ...marker,
    })
    const page = await withTransientErrors(() => s3.send(list))
    yield* page.Uploads ?? []
    marker = page.IsTruncated ? nextMarker(page.NextKeyMarker, page.NextUploadIdMarker) : undefined
  }
}

function nextMarker(key: string | undefined, uploadId: string | undefined) {
  return {
    ...(key === undefined ? {} : { KeyMarker: key }),
    ...(uploadId === undefined ? {} : { UploadIdMarker: uploadId }),
  }
}

async function abortUpload(bucket: string, { Key, UploadId }: MultipartUpload): Promise<void> {
  try {
    await withTransientErrors(() => s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId })))
  } catch (error) {
    // Completed or aborted since it was listed.
    if ((error as Error).name !== 'NoSuchUpload') throw error
  }
}
