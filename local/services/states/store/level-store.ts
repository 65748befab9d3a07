import { type BatchOperation, ClassicLevel } from 'classic-level'

/** One change to the store: a value to write or, when undefined, a key to remove. */
export interface Change {
  key: string
  value?: unknown
}

/** A stretch of keys, in order; `reverse` starts at its end. */
export interface KeyRange {
  gte?: string
  gt?: string
  lt: string
  reverse?: boolean
  limit?: number
}

interface Waiting {
  changes: Change[]
  resolve: () => void
  reject: (error: unknown) => void
}

type Database = ClassicLevel<string, unknown>

/**
 * The service's only file: JSON values under ordered text keys in LevelDB. Commits that arrive while one is being synced
 * share the next one, so thousands of small commits per second cost a few dozen syncs.
 */
export class LevelStore {
  readonly #database: Database
  #waiting: Waiting[] = []
  #flushing: Promise<void> | undefined

  private constructor(database: Database) {
    this.#database = database
  }

  /** Opens or creates the store in `directory`; fails when another process has it open. */
  static async open(directory: string): Promise<LevelStore> {
    const database: Database = new ClassicLevel(directory, { valueEncoding: 'json' })
    await database.open()
    return new LevelStore(database)
  }

  /** Writes all changes or none, in the order of the calls; resolves when they are on disk. */
  commit(changes: Change[]): Promise<void> {
    if (changes.length === 0) return this.#flushing ?? Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ changes, resolve, reject })
      this.#flushing ??= this.#flush()
    })
  }

  get<T>(key: string): Promise<T | undefined> {
    return this.#database.get(key) as Promise<T | undefined>
  }

  getMany<T>(keys: string[]): Promise<(T | undefined)[]> {
    return this.#database.getMany(keys) as Promise<(T | undefined)[]>
  }

  /** The entries of a range, read lazily from a snapshot. */
  entries<T>(range: KeyRange): AsyncIterable<[string, T]> {
    return this.#database.iterator(range) as unknown as AsyncIterable<[string, T]>
  }

  /** All values of a range. */
  values<T>(range: KeyRange): Promise<T[]> {
    return this.#database.values(range).all() as Promise<T[]>
  }

  /** Waits for the commits under way and closes the file. */
  async close(): Promise<void> {
    while (this.#flushing) await this.#flushing
    await this.#database.close()
  }

  async #flush(): Promise<void> {
    // One turn of the event loop lets the commits of requests already parsed join the first batch.
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      await this.#write(group)
    }
    this.#flushing = undefined
  }

  async #write(group: Waiting[]): Promise<void> {
    const operations = group.flatMap((waiting) => waiting.changes.map(toOperation))
    try {
      await this.#database.batch(operations, { sync: true })
      for (const waiting of group) waiting.resolve()
    } catch (error) {
      for (const waiting of group) waiting.reject(error)
    }
  }
}

function toOperation({ key, value }: Change): BatchOperation<Database, string, unknown> {
  return value === undefined ? { type: 'del', key } : { type: 'put', key, value }
}
