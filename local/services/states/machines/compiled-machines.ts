import { createHash } from 'node:crypto'
import { compileMachine } from '../../../interpreter/compile.ts'
import type { MachineType, ValidateOptions } from '../../../interpreter/contract.ts'
import type { Machine } from '../../../interpreter/machine.ts'
import { statesError } from '../errors.ts'
import { keys } from '../store/keys.ts'
import type { Change, LevelStore } from '../store/level-store.ts'

const CACHE_SIZE = 500

/** Names a definition by its content, so that executions keep the text they began with. */
export function definitionHash(definition: string): string {
  return createHash('sha256').update(definition).digest('base64url')
}

/** Compiled definitions, the most recently used ones in memory, the texts on disk. */
export class CompiledMachines {
  readonly #store: LevelStore
  readonly #cache = new Map<string, Machine>()
  readonly #stored = new Set<string>()

  constructor(store: LevelStore) {
    this.#store = store
  }

  /** Compiles a definition whose integrations were checked when its machine was created. */
  compile(definition: string, type: MachineType, hash: string = definitionHash(definition)): Machine {
    const key = `${type}\0${hash}`
    const cached = this.#cache.get(key)
    if (cached) {
      this.#cache.delete(key)
      this.#cache.set(key, cached)
      return cached
    }
    const machine = compileDefinition(definition, { type })
    this.#cache.set(key, machine)
    if (this.#cache.size > CACHE_SIZE) this.#cache.delete(this.#cache.keys().next().value!)
    return machine
  }

  /** What to write so that `hash` can be read back later; nothing when it was written before. */
  changesFor(hash: string, definition: string): Change[] {
    if (this.#stored.has(hash)) return []
    this.#stored.add(hash)
    return [{ key: keys.definition(hash), value: definition }]
  }

  /** The text an execution was started with. */
  async definition(hash: string): Promise<string> {
    const definition = await this.#store.get<string>(keys.definition(hash))
    if (definition === undefined) throw new Error(`the definition ${hash} is missing from the store`)
    return definition
  }
}

/** Compiles a definition or throws AWS's `InvalidDefinition`. */
export function compileDefinition(definition: string, options: ValidateOptions): Machine {
  try {
    return compileMachine(definition, options)
  } catch (error) {
    if (error instanceof Error && error.name === 'InvalidDefinition')
      throw statesError('InvalidDefinition', error.message)
    throw error
  }
}
