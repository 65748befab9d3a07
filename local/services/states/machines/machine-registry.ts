import { statesError } from '../errors.ts'
import { keys, under } from '../store/keys.ts'
import type { LevelStore } from '../store/level-store.ts'
import type { MachineRecord } from './machine-record.ts'

/** The state machines, all in memory and every change on disk before it is seen. */
export class MachineRegistry {
  readonly #store: LevelStore
  readonly #machines = new Map<string, MachineRecord>()

  constructor(store: LevelStore) {
    this.#store = store
  }

  /** Reads the machines of earlier runs. */
  async load(): Promise<void> {
    for (const record of await this.#store.values<MachineRecord>(under(keys.machine(''))))
      this.#machines.set(record.arn, record)
  }

  find(machineArn: string): MachineRecord | undefined {
    return this.#machines.get(machineArn)
  }

  /** The machine, or AWS's `StateMachineDoesNotExist`; `askedFor` is the ARN the caller used. */
  require(machineArn: string, askedFor: string = machineArn): MachineRecord {
    const record = this.#machines.get(machineArn)
    if (!record) throw statesError('StateMachineDoesNotExist', askedFor)
    return record
  }

  /** All machines, oldest first. */
  all(): MachineRecord[] {
    return [...this.#machines.values()].sort((a, b) => a.createdAt - b.createdAt || a.name.localeCompare(b.name))
  }

  async save(record: MachineRecord): Promise<void> {
    this.#machines.set(record.arn, record)
    await this.#store.commit([{ key: keys.machine(record.arn), value: record }])
  }

  async remove(machineArn: string): Promise<void> {
    if (!this.#machines.delete(machineArn)) return
    await this.#store.commit([{ key: keys.machine(machineArn) }])
  }
}
