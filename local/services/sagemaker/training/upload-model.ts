import { execFile } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { parseS3Uri } from '../../s3-uri.ts'
import type { ClientsOfRole } from '../role-clients.ts'
import { eachConcurrently } from './each-concurrently.ts'
import { listFiles } from './list-files.ts'
import { uploadFailure } from './training-failure.ts'

const AT_ONCE = 16

export interface ModelUpload {
  /** What the program wrote. */
  directory: string
  /** A folder of S3, or the archive there when compressed. */
  uri: string
  isCompressed: boolean
  clients: ClientsOfRole
}

/** Brings what the program wrote to S3; throws `TrainingFailure`. */
export async function uploadModel(upload: ModelUpload): Promise<void> {
  try {
    await (upload.isCompressed ? uploadArchive(upload) : uploadFolder(upload))
  } catch (error) {
    throw uploadFailure(upload.uri, error)
  }
}

async function uploadFolder({ directory, uri, clients }: ModelUpload): Promise<void> {
  const { bucket, key } = parseS3Uri(uri)
  await eachConcurrently(await listFiles(directory), AT_ONCE, (file) =>
    clients.uploadFile({ bucket, key: key + file.path }, file),
  )
}

async function uploadArchive({ directory, uri, clients }: ModelUpload): Promise<void> {
  const file = `${directory}.tar.gz`
  const names = await readdir(directory)
  const content = names.length === 0 ? ['--files-from', '/dev/null'] : ['--', ...names]
  await promisify(execFile)('tar', ['-czf', file, '-C', directory, ...content])
  await clients.uploadFile(parseS3Uri(uri), { file, size: (await stat(file)).size })
}
