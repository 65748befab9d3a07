import { type Clock, isoTime } from '../../shared/clock.ts'
import { InvalidModelPackageError, InvalidRequestError } from '../../shared/errors.ts'
import { log } from '../../shared/log.ts'
import { readCreating } from '../../shared/models/read-creating.ts'
import { lookAtTarball } from '../../shared/models/tarball.ts'
import { changeModel } from '../../shared/models/write-model.ts'
import { readArchive } from './read-archive.ts'
import { readThrough } from './read-through.ts'

export interface CheckTarballContext {
  bucket: string
  modelsTable: string
  clock: Clock
  /** The most bytes that a tarball may unpack to. */
  unpackedBytes: number
}

export interface CheckedTarball {
  files: number
  totalBytes: number
}

/**
 * Reads the tarball of a model through, once, and remembers on the record what it holds and which object it was.
 * Repeatable.
 */
export async function checkTarball(context: CheckTarballContext, { id }: { id: string }): Promise<CheckedTarball> {
  const { bucket, modelsTable, clock, unpackedBytes } = context
  const record = await readCreating(modelsTable, id)
  if (!record.source) throw new InvalidRequestError(`The model ${id} is not made of a tarball`)
  const source = await lookAtTarball(bucket, record.source)
  const files = await named(source.key, () => readArchive(readThrough(source), { unpackedBytes }))
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0)
  const change = { source, files, totalBytes, updatedAt: isoTime(clock.now()) }
  if (!(await changeModel(modelsTable, record, change))) {
    throw new InvalidRequestError(`The model ${id} was stopped while its tarball was being read`)
  }
  log.info('Tarball checked', { modelId: id, files: files.length, totalBytes })
  return { files: files.length, totalBytes }
}

/** Says which tarball it is that is not laid out well. */
async function named<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof InvalidModelPackageError)) throw error
    throw new InvalidModelPackageError(`${key.slice(key.lastIndexOf('/') + 1)}: ${error.message}`, { cause: error })
  }
}
