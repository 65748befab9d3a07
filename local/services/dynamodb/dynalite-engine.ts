import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { ServiceError } from '../../http/service-error.ts'
import {
  checkTypes,
  checkValidations,
  createStore,
  loadOperation,
  type Operation,
  type Store,
  settle,
} from './dynalite-internals.ts'

export interface DynaliteOptions {
  /** Folder of the LevelDB; in memory without it. */
  path?: string
  region: string
  accountId: string
}

/** DynamoDB without HTTP. */
export interface DynaliteEngine {
  store: Store
  /** The store was not closed the last time: items are whole, index entries may not agree with them. */
  interrupted: boolean
  /** Runs an operation on input in the wire's form; throws `ServiceError` with DynamoDB's own type and message. */
  run(operation: string, input: object): Promise<object>
  close(): Promise<void>
}

/** What dynalite implements; everything else is an unknown operation. */
export const OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
] as const

/** Opens dynalite's store and calls its actions in process: no second server, no second parse of every item. */
export async function openDynalite({ path, region, accountId }: DynaliteOptions): Promise<DynaliteEngine> {
  const marker = path === undefined ? undefined : `${path}.open`
  const interrupted = marker !== undefined && existsSync(marker)
  if (path !== undefined) mkdirSync(path, { recursive: true })
  if (marker !== undefined) writeFileSync(marker, '')
  const immediately = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }
  const store = createStore({ ...(path !== undefined && { path }), ...immediately })
  await store.db.open()
  store.tableDb.awsRegion = region
  store.tableDb.awsAccountId = accountId
  // Its own stream walks over every item of every table to list the tables.
  store.tableDb.createKeyStream = () => Readable.from(tableNames(store))
  const operations = new Map<string, Operation>(OPERATIONS.map((name) => [name, loadOperation(name)]))
  return {
    store,
    interrupted,
    run: (name, input) => runOperation(store, operations.get(name), input),
    async close() {
      await settle<void>((done) => store.lifecycleManager.gracefulClose(done))
      if (marker !== undefined) rmSync(marker, { force: true })
    },
  }
}

async function* tableNames(store: Store): AsyncIterable<string> {
  const prefix = 'table~'
  for await (const key of store.db.keys({ gte: prefix, lt: `${prefix}\xFF` })) yield key.slice(prefix.length)
}

async function runOperation(store: Store, operation: Operation | undefined, input: object): Promise<object> {
  if (operation === undefined) throw new ServiceError('UnknownOperationException', 'The operation is not implemented')
  try {
    const checked = checkTypes(input, operation.types)
    checkValidations(checked, operation.types, operation.custom, store)
    return await settle<object>((done) => operation.action(store, checked, done))
  } catch (thrown) {
    throw toServiceError(thrown)
  }
}

interface DynaliteError extends Error {
  statusCode?: number
  body?: { __type: string; message?: string; Message?: string }
}

function toServiceError(thrown: unknown): unknown {
  const { statusCode, body } = thrown as DynaliteError
  if (statusCode === undefined || body === undefined) return thrown
  return new ServiceError(body.__type, body.message ?? body.Message ?? '', { statusCode })
}
