import { createRequire } from 'node:module'

/** The parts of dynalite that run without its own HTTP server, as far as they are used here. */
export type Done<Result> = (error: Error | null | undefined, result?: Result) => void

export interface PrefixedDatabase {
  get<Value>(key: string, done: Done<Value>): void
  put(key: string, value: unknown, done: Done<void>): void
  createKeyStream(options?: object): NodeJS.ReadableStream
  createValueStream(options?: object): AsyncIterable<unknown>
  awsAccountId: string
  awsRegion: string
}

export interface Store {
  db: { open(): Promise<void>; keys(range: object): AsyncIterable<string> }
  tableDb: PrefixedDatabase
  getItemDb(table: string): PrefixedDatabase
  deleteIndexDb(type: 'Local' | 'Global', table: string, index: string, done: Done<void>): void
  lifecycleManager: { gracefulClose(done: Done<void>): void }
}

export interface StoreOptions {
  path?: string
  createTableMs: number
  deleteTableMs: number
  updateTableMs: number
}

export type Action = (store: Store, input: object, done: Done<object>) => void

export interface Operation {
  types: object
  custom: unknown
  action: Action
}

const require = createRequire(import.meta.url)

export const { create: createStore, updateIndexes } = require('dynalite/db/index.js') as {
  create(options: StoreOptions): Store
  updateIndexes(store: Store, table: object, existing: undefined, item: unknown, done: Done<void>): void
}

export const { checkTypes, checkValidations } = require('dynalite/validations/index.js') as {
  checkTypes(input: object, types: object): object
  checkValidations(input: object, types: object, custom: unknown, store: Store): void
}

/** The implementation of an operation by its DynamoDB name. */
export function loadOperation(name: string): Operation {
  const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.js`
  const { types, custom } = require(`dynalite/validations/${file}`) as Operation
  return { types, custom, action: require(`dynalite/actions/${file}`) as Action }
}

/** A promise for what dynalite hands to a callback. */
export function settle<Result>(start: (done: Done<Result>) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result as Result)))
  })
}
