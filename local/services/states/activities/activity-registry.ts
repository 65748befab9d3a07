import { statesError } from '../errors.ts'
import type { Tag } from '../machines/machine-record.ts'
import { keys, under } from '../store/keys.ts'
import type { LevelStore } from '../store/level-store.ts'

/** An activity: a name under which workers ask for tasks. */
export interface ActivityRecord {
  arn: string
  name: string
  /** Milliseconds since the epoch. */
  createdAt: number
  encryption: Record<string, unknown>
  tags: Tag[]
}

/** The activities, all in memory and every change on disk before it is seen. */
export class ActivityRegistry {
  readonly #store: LevelStore
  readonly #activities = new Map<string, ActivityRecord>()

  constructor(store: LevelStore) {
    this.#store = store
  }

  async load(): Promise<void> {
    for (const record of await this.#store.values<ActivityRecord>(under(keys.activity(''))))
      this.#activities.set(record.arn, record)
  }

  find(activityArn: string): ActivityRecord | undefined {
    return this.#activities.get(activityArn)
  }

  /** The activity, or AWS's `ActivityDoesNotExist`. */
  require(activityArn: string): ActivityRecord {
    const record = this.#activities.get(activityArn)
    if (!record) throw statesError('ActivityDoesNotExist', activityArn)
    return record
  }

  /** All activities, oldest first. */
  all(): ActivityRecord[] {
    return [...this.#activities.values()].sort((a, b) => a.createdAt - b.createdAt || a.name.localeCompare(b.name))
  }

  async save(record: ActivityRecord): Promise<void> {
    this.#activities.set(record.arn, record)
    await this.#store.commit([{ key: keys.activity(record.arn), value: record }])
  }

  async remove(activityArn: string): Promise<void> {
    if (this.#activities.delete(activityArn)) await this.#store.commit([{ key: keys.activity(activityArn) }])
  }
}
