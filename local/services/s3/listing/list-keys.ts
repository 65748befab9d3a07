import { AFTER_EVERYTHING } from '../storage/object-index.ts'

/** One entry of a listing: a key with what is known of it, or a common prefix. */
export type ListingEntry<T> = { key: string; item: T } | { commonPrefix: string }

export interface ListingRequest {
  prefix: string
  delimiter: string
  limit: number
  /** Entries up to and including this one were listed before. A common prefix in it stands for all keys under it. */
  after: string
}

export interface ListingPage<T> {
  entries: ListingEntry<T>[]
  truncated: boolean
}

/** Keys from a position on (UTF-8 bytes, inclusive), in the order of their bytes. */
export type KeySource<T> = (from: Buffer) => AsyncIterable<{ key: string; item: T }>

export const entryName = <T>(entry: ListingEntry<T>): string => ('key' in entry ? entry.key : entry.commonPrefix)

const commonPrefixOf = (key: string, { prefix, delimiter }: ListingRequest): string | undefined => {
  if (delimiter === '') return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

const justAfter = (key: string): Buffer => Buffer.concat([Buffer.from(key), Buffer.from([0])])

const afterAllUnder = (prefix: string): Buffer => Buffer.concat([Buffer.from(prefix), AFTER_EVERYTHING])

const startOf = (request: ListingRequest): Buffer => {
  const prefix = Buffer.from(request.prefix)
  if (request.after === '') return prefix
  const listedPrefix = commonPrefixOf(request.after, request)
  const after = listedPrefix === request.after ? afterAllUnder(request.after) : justAfter(request.after)
  return Buffer.compare(after, prefix) > 0 ? after : prefix
}

/** Finds the first key from a position on, and what it is listed as. */
const nextEntry = async <T>(
  source: KeySource<T>,
  from: Buffer,
  request: ListingRequest,
): Promise<ListingEntry<T>[]> => {
  const run: ListingEntry<T>[] = []
  for await (const found of source(from)) {
    if (!found.key.startsWith(request.prefix)) return run
    const commonPrefix = commonPrefixOf(found.key, request)
    run.push(commonPrefix === undefined ? found : { commonPrefix })
    if (commonPrefix !== undefined || run.length > request.limit) return run
  }
  return run
}

/** One page. After a common prefix the source is entered anew behind all its keys, so their number costs nothing. */
export const listKeys = async <T>(source: KeySource<T>, request: ListingRequest): Promise<ListingPage<T>> => {
  if (request.limit === 0) return { entries: [], truncated: false }
  const entries: ListingEntry<T>[] = []
  let from: Buffer | undefined = startOf(request)
  while (from && entries.length <= request.limit) {
    const run: ListingEntry<T>[] = await nextEntry(source, from, request)
    entries.push(...run)
    const last = run.at(-1)
    from = last && 'commonPrefix' in last ? afterAllUnder(last.commonPrefix) : undefined
  }
  return { entries: entries.slice(0, request.limit), truncated: entries.length > request.limit }
}
