import { lastPart, under } from './states/store/keys.ts'
import type { Change, LevelStore } from './states/store/level-store.ts'

/** Records of one kind: all of them in memory, each also in the store. */
export class RecordCollection<T extends object> {
  readonly #store: LevelStore
  readonly #prefix: string
  readonly #records = new Map<string, T>()

  /** `prefix` ends with the separator of the store's keys. */
  constructor(store: LevelStore, prefix: string) {
    this.#store = store
    this.#prefix = prefix
  }

  /** Reads what earlier runs kept. */
  async load(): Promise<void> {
    for await (const [key, record] of this.#store.entries<T>(under(this.#prefix)))
      this.#records.set(lastPart(key), record)
  }

  find(name: string): T | undefined {
    return this.#records.get(name)
  }

  /** Oldest first. */
  all(): T[] {
    return [...this.#records.values()]
  }

  /** Puts a record in place at once and answers the change to commit; undefined removes it. */
  change(name: string, record: T | undefined): Change {
    if (record === undefined) this.#records.delete(name)
    else this.#records.set(name, record)
    return { key: this.#prefix + name, value: record }
  }

  /** Resolves when the record is on disk. */
  save(name: string, record: T): Promise<void> {
    return this.#store.commit([this.change(name, record)])
  }

  remove(name: string): Promise<void> {
    return this.#store.commit([this.change(name, undefined)])
  }
}
