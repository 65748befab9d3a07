import { open, stat } from 'node:fs/promises'
import type { ApiClient } from './api-client.ts'

const SMALLEST_PART = 8 * 1024 * 1024
const MOST_PARTS = 100

interface CreatedCheckpoint {
  checkpoint: { id: string }
  s3PresignUrl: Record<string, string[]>
}

export interface UploadOptions {
  api: ApiClient
  path: string
  /** The name in the library. */
  name: string
  onProgress(sentBytes: number, totalBytes: number, parts: number): void
  /** Called as soon as the checkpoint has an id, so that an interrupted upload can be taken back. */
  onCreated(id: string): void
  signal: AbortSignal
}

async function putPart(url: string, bytes: Buffer, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes), signal })
  const etag = response.headers.get('etag')
  if (!response.ok || etag === null)
    throw new Error(`uploading a part failed: ${response.status} ${await response.text()}`)
  return etag
}

/** Uploads a file through the presigned URLs of `POST /checkpoints` and completes it; answers the id of the active checkpoint. */
export async function uploadCheckpoint(options: UploadOptions): Promise<string> {
  const { api, path, name, signal } = options
  const { size } = await stat(path)
  const partSize = Math.max(SMALLEST_PART, Math.ceil(size / MOST_PARTS))
  const parts = Math.max(1, Math.ceil(size / partSize))
  const { data } = await api.call<CreatedCheckpoint>('POST', '/checkpoints', {
    checkpoint_type: 'Stable-diffusion',
    params: { message: 'uploaded by the demo' },
    filenames: [{ filename: name, parts_number: parts }],
  })
  const { id } = data.checkpoint
  options.onCreated(id)
  const tags: { ETag: string; PartNumber: number }[] = []
  const file = await open(path)
  try {
    for (const [index, url] of (data.s3PresignUrl[name] ?? []).entries()) {
      const bytes = Buffer.alloc(Math.min(partSize, size - index * partSize))
      await file.read(bytes, 0, bytes.length, index * partSize)
      tags.push({ ETag: await putPart(url, bytes, signal), PartNumber: index + 1 })
      options.onProgress(index * partSize + bytes.length, size, parts)
    }
  } finally {
    await file.close()
  }
  await api.call('PUT', `/checkpoints/${id}`, { status: 'Active', multi_parts_tags: { [name]: tags } })
  return id
}
