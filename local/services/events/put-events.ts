import type { JsonObject } from '../../http/json-service.ts'
import { ServiceError } from '../../http/service-error.ts'
import type { EventEntry } from './event.ts'

const MOST_ENTRIES = 10
const LARGEST_REQUEST = 256 * 1024

/** What PutEvents answers for one entry. */
export type EntryResult = { EventId: string } | { ErrorCode: string; ErrorMessage: string }

/** The entries of a PutEvents request; throws when the request as a whole is not acceptable. */
export function readEntries({ Entries }: JsonObject): JsonObject[] {
  if (!Array.isArray(Entries) || Entries.length === 0 || Entries.length > MOST_ENTRIES) {
    const problem = `Member must have length between 1 and ${MOST_ENTRIES}`
    throw validation(`1 validation error detected: Value at 'entries' failed to satisfy constraint: ${problem}`)
  }
  const entries = Entries as JsonObject[]
  const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0)
  if (size > LARGEST_REQUEST) throw validation('Total size of the entries in the request is over the limit.')
  return entries
}

/** One entry, or why EventBridge refuses it. */
export function readEntry(entry: JsonObject): EventEntry | { ErrorCode: string; ErrorMessage: string } {
  for (const name of ['Source', 'DetailType', 'Detail']) {
    if (typeof entry[name] === 'string' && entry[name] !== '') continue
    const ErrorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`
    return { ErrorCode: 'InvalidArgument', ErrorMessage }
  }
  const [source, detailType, detail] = [entry.Source, entry.DetailType, entry.Detail] as [string, string, string]
  if (source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' }
  }
  if (!isJsonObject(detail)) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
  return {
    source,
    detailType,
    detail,
    ...(Array.isArray(entry.Resources) && { resources: entry.Resources.map(String) }),
    ...(typeof entry.Time === 'number' && { time: entry.Time * 1_000 }),
    ...(typeof entry.EventBusName === 'string' && { eventBusName: entry.EventBusName }),
  }
}

/** The size EventBridge counts: 14 bytes for a time, and the bytes of everything else. */
function sizeOf({ Source, DetailType, Detail, Resources, Time }: JsonObject): number {
  const texts = [Source, DetailType, Detail, ...(Array.isArray(Resources) ? Resources : [])]
  const bytes = texts.reduce((sum: number, text) => sum + Buffer.byteLength(typeof text === 'string' ? text : ''), 0)
  return bytes + (Time === undefined ? 0 : 14)
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message)
}
