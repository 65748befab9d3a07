import { createHash } from 'node:crypto'

/** What a publisher says; the bus makes an event of it. */
export interface EventEntry {
  source: string
  detailType: string
  /** JSON text of an object. */
  detail: string
  resources?: string[]
  /** Milliseconds since the epoch; now when missing. */
  time?: number
  /** Name or ARN; `default` when missing. */
  eventBusName?: string
}

/** An event as targets get it. */
export interface BusEvent {
  version: '0'
  id: string
  'detail-type': string
  source: string
  account: string
  /** ISO 8601 in seconds. */
  time: string
  region: string
  resources: string[]
  detail: Record<string, unknown>
}

export interface EventOrigin {
  account: string
  region: string
  now: number
  id: string
}

/** The event of an entry. */
export function makeEvent(entry: EventEntry, { account, region, now, id }: EventOrigin): BusEvent {
  return {
    version: '0',
    id,
    'detail-type': entry.detailType,
    source: entry.source,
    account,
    time: new Date(entry.time ?? now).toISOString().replace(/\.\d+/, ''),
    region,
    resources: entry.resources ?? [],
    detail: JSON.parse(entry.detail) as Record<string, unknown>,
  }
}

/** An id that is the same when an outbox sends the same entry again, so that consumers can tell. */
export function stableEventId({ source, detailType, detail, resources, time }: EventEntry): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([source, detailType, detail, resources, time]))
    .digest('hex')
  return [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-')
}
