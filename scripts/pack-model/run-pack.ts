import { drawBar, formatBytes, formatDuration, type Terminal } from '../demo/terminal.ts'
import type { PackArguments } from './arguments.ts'
import { type Compressor, createCompressor } from './compressor.ts'
import { makePart } from './make-part.ts'
import {
  abortUpload,
  beginUpload,
  completeUpload,
  listParts,
  type OpenUpload,
  putPart,
  sizeOf,
  type UploadedPart,
} from './multipart-upload.ts'
import { isUnchanged, type PackFile, readFolder } from './read-folder.ts'
import { createTarImage, type TarImage } from './tar-image.ts'
import { isOf, readState, removeState, stateFileOf, type UploadState, writeState } from './upload-state.ts'

export interface PackContext {
  terminal: Terminal
  /** Ends the work between two parts; what is uploaded stays. */
  signal: AbortSignal
  threads: number
  /** How many bytes of an archive of this size go into a part of the upload. */
  partSizeFor(imageSize: number): number
}

/** Parts that are made and sent at the same time: one is compressed while another is on its way. */
const PARTS_AT_ONCE = 3

interface Job {
  upload: OpenUpload
  image: TarImage
  partSize: number
  level: number
  done: UploadedPart[]
}

/** Packs the folder and uploads it, or goes on with an upload that was interrupted. */
export async function runPack(context: PackContext, options: PackArguments): Promise<void> {
  const { terminal } = context
  const startedAt = performance.now()
  const { files, hidden } = await readFolder(options.directory)
  for (const path of hidden) terminal.line(`left out  ${path} (hidden)`)
  const image = createTarImage(files)
  terminal.line(`packing   ${files.length} files, ${formatBytes(image.size)}, to s3://${options.bucket}/${options.key}`)
  const job = await openJob(context, options, { files, image })
  await uploadMissing(context, job)
  await finish(options, job, files)
  const size = job.done.reduce((sum, part) => sum + part.size, 0)
  terminal.line(
    `uploaded  ${formatBytes(size)} in ${job.done.length} parts, ${formatDuration(performance.now() - startedAt)}`,
  )
  terminal.line(
    `\nTo make a model of it: POST /models {"name": "…", "source": "s3://${options.bucket}/${options.key}"}`,
  )
}

/** Gives the unfinished upload of a folder up. */
export async function runAbort(
  { terminal }: Pick<PackContext, 'terminal'>,
  { directory }: PackArguments,
): Promise<void> {
  const file = stateFileOf(directory)
  const state = await readState(file)
  if (!state) return terminal.line(`There is no unfinished upload of ${directory}.`)
  await abortUpload(state)
  await removeState(file)
  terminal.line(`The upload to s3://${state.bucket}/${state.key} is given up; nothing of it is left in S3.`)
}

async function openJob(
  { terminal, partSizeFor }: PackContext,
  options: PackArguments,
  { files, image }: { files: PackFile[]; image: TarImage },
): Promise<Job> {
  const stateFile = stateFileOf(options.directory)
  const state = await readState(stateFile)
  const known = state && (await continued({ terminal }, options, { state, files }))
  if (known)
    return { upload: known.state, image, partSize: known.state.partSize, level: options.level, done: known.done }
  const { bucket, key } = options
  const uploadId = await beginUpload({ bucket, key })
  const partSize = partSizeFor(image.size)
  const begun = files.map(({ path, size, modifiedMs }) => ({ path, size, modifiedMs }))
  await writeState(stateFile, { bucket, key, uploadId, partSize, files: begun })
  return { upload: { bucket, key, uploadId }, image, partSize, level: options.level, done: [] }
}

/** The upload that was begun, if it is of these files as they are now, and S3 still has it. */
async function continued(
  { terminal }: Pick<PackContext, 'terminal'>,
  { directory, bucket, key }: PackArguments,
  { state, files }: { state: UploadState; files: PackFile[] },
): Promise<{ state: UploadState; done: UploadedPart[] } | undefined> {
  if (state.bucket !== bucket || state.key !== key) {
    throw new Error(
      `An upload of ${directory} to s3://${state.bucket}/${state.key} is unfinished: finish it, or drop it with --abort, first`,
    )
  }
  if (!isOf(state, files)) {
    terminal.line('anew      files have changed since the upload was begun; what was uploaded is dropped')
    await abortUpload(state)
    return undefined
  }
  const done = await listParts(state)
  if (!done) terminal.line('anew      S3 has the upload no longer; it keeps unfinished ones for a day')
  else terminal.line(`going on  ${done.length} parts, ${formatBytes(bytesOf(done))}, are uploaded already`)
  return done && { state, done }
}

async function uploadMissing(context: PackContext, job: Job): Promise<void> {
  const count = Math.ceil(job.image.size / job.partSize)
  const has = new Set(job.done.map(({ number }) => number))
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter((number) => !has.has(number))
  const compressor = createCompressor(context.threads)
  const progress = createProgress(context.terminal, job)
  const takeParts = async (): Promise<void> => {
    for (let number = missing.shift(); number !== undefined; number = missing.shift()) {
      context.signal.throwIfAborted()
      job.done.push(await sendPart(job, number, compressor))
      progress()
    }
  }
  try {
    await raceAbort(context.signal, Promise.all(Array.from({ length: PARTS_AT_ONCE }, takeParts)))
  } finally {
    missing.length = 0
    await compressor.close()
  }
}

async function sendPart(job: Job, number: number, compressor: Compressor): Promise<UploadedPart> {
  const { image, partSize, level, upload } = job
  const offset = (number - 1) * partSize
  const length = Math.min(partSize, image.size - offset)
  return putPart(upload, number, await makePart(image, { offset, length, level }, compressor))
}

/** Nobody who presses Ctrl-C waits for a part of 32 MB to get through a slow line. */
async function raceAbort<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  work.catch(() => undefined)
  return Promise.race([work, aborted])
}

/** A line that is drawn over on a terminal, and one for every tenth of the way in a pipe. */
function createProgress(terminal: Terminal, job: Job): () => void {
  const startedAt = performance.now()
  const before = job.done.length
  let tenths = -1
  return () => {
    const { image, partSize, done } = job
    const packed = Math.min(done.length * partSize, image.size)
    const seconds = (performance.now() - startedAt) / 1000
    const pace = ((done.length - before) * partSize) / Math.max(seconds, 0.001)
    const left = formatDuration(((image.size - packed) / Math.max(pace, 1)) * 1000)
    const text = `${drawBar(packed, image.size)}  ${formatBytes(packed)} packed, ${formatBytes(pace)}/s, ${left} left`
    terminal.draw(text)
    if (process.stdout.isTTY || Math.floor((10 * packed) / image.size) === tenths) return
    tenths = Math.floor((10 * packed) / image.size)
    terminal.line(text)
  }
}

/** Files that changed under way make an archive that nobody has ever seen: it is not completed. */
async function finish({ directory }: PackArguments, { upload, done }: Job, files: PackFile[]): Promise<void> {
  for (const file of files) {
    if (await isUnchanged(file)) continue
    await abortUpload(upload)
    await removeState(stateFileOf(directory))
    throw new Error(`${file.path} was changed while it was packed; the upload is dropped, start it again`)
  }
  await completeUpload(upload, done)
  if ((await sizeOf(upload)) !== bytesOf(done)) {
    throw new Error(`s3://${upload.bucket}/${upload.key} has not the size that was uploaded: start it again`)
  }
  await removeState(stateFileOf(directory))
}

const bytesOf = (parts: readonly UploadedPart[]): number => parts.reduce((sum, { size }) => sum + size, 0)
