import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { parseS3Uri, type S3Location } from '../../s3-uri.ts'
import type { ModelData } from '../records.ts'
import type { ClientsOfRole } from '../role-clients.ts'
import { HostingFailure } from './hosting-failure.ts'

/** Brings a model's files into `directory` as its role may read them; throws `HostingFailure` in AWS's words. */
export async function fetchModelFiles(data: ModelData, directory: string, clients: ClientsOfRole): Promise<void> {
  try {
    await FETCHERS[data.kind](data.uri, directory, clients)
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    throw new HostingFailure(
      `Failed to download model data for container "container_1" from URL: "${data.uri}". Please ensure that there is an object located at the URL and that the role passed to CreateModel has permissions to download the object. (${reason})`,
    )
  }
}

type Fetcher = (uri: string, directory: string, clients: ClientsOfRole) => Promise<void>

const FETCHERS: Record<ModelData['kind'], Fetcher> = {
  async prefix(uri, directory, clients) {
    const { bucket, key: prefix } = parseS3Uri(uri)
    let count = 0
    for await (const key of clients.listKeys({ bucket, key: prefix })) {
      if (key.endsWith('/')) continue
      await download({ bucket, key }, within(directory, key.slice(prefix.length)), clients)
      count += 1
    }
    if (count === 0) throw new Error('there is nothing under the prefix')
  },
  async object(uri, directory, clients) {
    const { bucket, key } = parseS3Uri(uri)
    await download({ bucket, key }, within(directory, key.slice(key.lastIndexOf('/') + 1)), clients)
  },
  async archive(uri, directory, clients) {
    const { bucket, key } = parseS3Uri(uri)
    const archive = `${directory}.tar.gz`
    await download({ bucket, key }, archive, clients)
    await promisify(execFile)('tar', ['-xzf', archive, '-C', directory])
    await rm(archive)
  },
}

async function download(source: S3Location, file: string, clients: ClientsOfRole): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await pipeline(await clients.readObject(source), createWriteStream(file))
}

/** The file of a relative key; a key that would leave the directory is refused. */
function within(directory: string, key: string): string {
  const file = resolve(join(directory, key))
  if (!file.startsWith(directory + sep)) throw new Error(`the key ${key} leads out of the model directory`)
  return file
}
