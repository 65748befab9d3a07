import type { Clock } from '../../../clock.ts'
import { parseS3Uri } from '../../s3-uri.ts'
import type { ClientsOfRole } from '../role-clients.ts'
import { downloadPrefix } from './download-channels.ts'
import { eachConcurrently } from './each-concurrently.ts'
import { type FoundFile, listFiles } from './list-files.ts'
import { uploadFailure } from './training-failure.ts'

export interface CheckpointSyncOptions {
  directory: string
  uri: string
  clients: ClientsOfRole
  clock: Clock
  /** Milliseconds between two looks. */
  interval: number
}

const AT_ONCE = 4

/** Keeps a prefix in S3 as new as the program's checkpoints; what the program removes stays there. */
export class CheckpointSync {
  readonly #options: CheckpointSyncOptions
  /** What was uploaded or downloaded, by path. */
  readonly #known = new Map<string, string>()
  #passing: Promise<void> = Promise.resolve()
  #cancel: () => void = () => undefined
  #isFinished = false

  constructor(options: CheckpointSyncOptions) {
    this.#options = options
  }

  /** What an earlier instance left; throws `TrainingFailure`. */
  async download(signal: AbortSignal): Promise<void> {
    const { uri, directory, clients } = this.#options
    await downloadPrefix(uri, directory, { clients, signal })
    for (const file of await listFiles(directory)) this.#known.set(file.path, versionOf(file))
  }

  /** Looks for changes again and again until `finish`. */
  start(): void {
    const { clock, interval } = this.#options
    if (this.#isFinished) return
    this.#cancel = clock.setTimer(clock.now() + interval, () => {
      // What fails now is tried again by the next pass, at last by `finish`, which tells of it.
      this.#passing = this.#pass().catch(() => undefined)
      void this.#passing.then(() => this.start())
    })
  }

  /** Uploads the last changes; throws `TrainingFailure`. */
  async finish(): Promise<void> {
    this.#isFinished = true
    this.#cancel()
    await this.#passing
    try {
      await this.#pass()
    } catch (error) {
      throw uploadFailure(this.#options.uri, error)
    }
  }

  async #pass(): Promise<void> {
    const { directory, clients } = this.#options
    const { bucket, key } = parseS3Uri(this.#options.uri)
    const changed = (await listFiles(directory)).filter((file) => this.#known.get(file.path) !== versionOf(file))
    await eachConcurrently(changed, AT_ONCE, async (file) => {
      const location = { bucket, key: `${key.replace(/\/+$/, '')}/${file.path}` }
      await clients.uploadFile(location, file).catch(unlessGone)
      this.#known.set(file.path, versionOf(file))
    })
  }
}

/** Programs write under another name and then rename. */
function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

function versionOf({ size, modifiedAt }: FoundFile): string {
  return `${size} ${modifiedAt}`
}
