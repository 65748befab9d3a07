import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { ApiClient } from './api-client.ts'

const AT_ONCE = 8
const MOST_FILES = 1000

export interface DatasetUpload {
  api: ApiClient
  name: string
  description: string
  /** Paths of images and of captions beside them. */
  paths: string[]
  onProgress(sent: number, total: number): void
  signal: AbortSignal
}

/** Creates a dataset, uploads its files and enables it. */
export async function uploadDataset({
  api,
  name,
  description,
  paths,
  onProgress,
  signal,
}: DatasetUpload): Promise<void> {
  let sent = 0
  for (let at = 0; at < paths.length; at += MOST_FILES) {
    const batch = paths.slice(at, at + MOST_FILES)
    const urls = await declareFiles(api, { name, description, paths: batch })
    for (let first = 0; first < batch.length; first += AT_ONCE) {
      const now = batch.slice(first, first + AT_ONCE)
      await Promise.all(now.map((path) => put(urls[basename(path)] ?? '', path, signal)))
      sent += now.length
      onProgress(sent, paths.length)
    }
  }
  await api.call('PUT', `/datasets/${name}`, { status: 'Enabled' })
}

async function declareFiles(
  api: ApiClient,
  { name, description, paths }: { name: string; description: string; paths: string[] },
): Promise<Record<string, string>> {
  const { data } = await api.call<{ s3PresignUrl: Record<string, string> }>('POST', '/datasets', {
    dataset_name: name,
    content: paths.map((path) => ({ filename: basename(path), name: basename(path), type: 'image', params: {} })),
    params: { description },
    creator: 'admin',
  })
  return data.s3PresignUrl
}

async function put(url: string, path: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { method: 'PUT', body: new Uint8Array(readFileSync(path)), signal })
  if (!response.ok) throw new Error(`uploading ${path} failed: ${response.status} ${await response.text()}`)
}
