import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { parseS3Uri, type S3Location } from '../../s3-uri.ts'
import type { ClientsOfRole } from '../role-clients.ts'
import { eachConcurrently } from './each-concurrently.ts'
import { downloadFailure } from './training-failure.ts'
import type { Channel } from './training-record.ts'

/** An object and its place below the channel's folder. */
interface Wanted {
  source: S3Location
  path: string
}

const AT_ONCE = 16

export interface DownloadOptions {
  clients: ClientsOfRole
  /** Aborted when the files are no longer wanted. */
  signal: AbortSignal
}

/** Brings a channel's objects into `directory`, as File mode does; throws `TrainingFailure`. */
export async function downloadChannel(channel: Channel, directory: string, options: DownloadOptions): Promise<void> {
  const { clients, signal } = options
  await mkdir(directory, { recursive: true })
  try {
    await eachConcurrently(LISTINGS[channel.kind](channel.uri, clients), AT_ONCE, async ({ source, path }) => {
      if (!signal.aborted) await download(source, within(directory, path), clients)
    })
  } catch (error) {
    if (!signal.aborted) throw downloadFailure(channel.uri, error)
  }
}

/** Brings everything under a prefix into `directory`; nothing there is nothing amiss. */
export async function downloadPrefix(uri: string, directory: string, options: DownloadOptions): Promise<void> {
  await downloadChannel({ name: 'prefix', uri: `${uri.replace(/\/+$/, '')}/`, kind: 'S3Prefix' }, directory, options)
}

const LISTINGS: Record<Channel['kind'], (uri: string, clients: ClientsOfRole) => AsyncIterable<Wanted>> = {
  async *S3Prefix(uri, clients) {
    const { bucket, key: prefix } = parseS3Uri(uri)
    for await (const key of clients.listKeys({ bucket, key: prefix }))
      if (!key.endsWith('/')) yield { source: { bucket, key }, path: pathBelow(prefix, key) }
  },
  async *ManifestFile(uri, clients) {
    const [first, ...names] = readManifest(await text(await clients.readObject(parseS3Uri(uri))))
    const { bucket, key: prefix } = parseS3Uri(first.prefix)
    for (const name of names) yield { source: { bucket, key: prefix + name }, path: name }
  },
}

function readManifest(json: string): [{ prefix: string }, ...string[]] {
  const manifest: unknown = JSON.parse(json)
  const [first, ...names] = Array.isArray(manifest) ? manifest : []
  if (typeof first?.prefix !== 'string' || !names.every((name) => typeof name === 'string'))
    throw new Error('the manifest is not a list of a prefix and names')
  return [first, ...names]
}

/** A folder's files keep their path in it; a prefix that is one object, or the beginning of names, keeps those names. */
export function pathBelow(prefix: string, key: string): string {
  const rest = key.slice(prefix.length)
  if (prefix === '' || prefix.endsWith('/')) return rest
  return rest.startsWith('/') ? rest.slice(1) : key.slice(prefix.lastIndexOf('/') + 1)
}

async function download(source: S3Location, file: string, clients: ClientsOfRole): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await pipeline(await clients.readObject(source), createWriteStream(file))
}

/** The file of a relative key; a key that would leave the directory is refused. */
function within(directory: string, path: string): string {
  const file = resolve(join(directory, path))
  if (!file.startsWith(directory + sep)) throw new Error(`the key ${path} leads out of the channel`)
  return file
}
