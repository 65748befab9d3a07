import { createHash } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, readFile, realpath, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import yauzl, { type Entry, type ZipFile } from 'yauzl'

const openZip = promisify<Buffer, yauzl.Options, ZipFile>(yauzl.fromBuffer)

/**
 * Unpacks a function's zip under `directory/<name>/<hash>` unless that is there already, removes what earlier packages left,
 * and answers the folder.
 */
export async function unpackBundle(zipFile: string, name: string, directory: string): Promise<string> {
  const bytes = await readZip(zipFile)
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  const home = join(directory, name)
  const target = join(home, hash)
  if (existsSync(target)) return await realpath(target)
  await rm(home, { recursive: true, force: true })
  await mkdir(home, { recursive: true })
  const unfinished = `${target}.unfinished`
  await extract(bytes, unfinished)
  await rename(unfinished, target)
  return await realpath(target)
}

async function readZip(zipFile: string): Promise<Buffer> {
  try {
    return await readFile(zipFile)
  } catch (cause) {
    throw new Error(
      `Cannot read the function's package ${zipFile}. Package the service again: npx serverless package`,
      {
        cause,
      },
    )
  }
}

async function extract(bytes: Buffer, directory: string): Promise<void> {
  const zip = await openZip(bytes, { lazyEntries: true })
  const openEntry = promisify(zip.openReadStream.bind(zip) as OpenEntry)
  for await (const entry of entriesOf(zip)) {
    if (entry.fileName.endsWith('/')) continue
    const path = join(directory, entry.fileName)
    await mkdir(dirname(path), { recursive: true })
    await pipeline(await openEntry(entry), createWriteStream(path))
  }
}

type OpenEntry = (entry: Entry, callback: (error: Error | null, stream: NodeJS.ReadableStream) => void) => void

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      zip
        .once('entry', resolve)
        .once('end', () => resolve(undefined))
        .once('error', reject)
      zip.readEntry()
    })
    if (entry === undefined) return
    yield entry
  }
}
