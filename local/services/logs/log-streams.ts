import type { JsonObject } from '../../http/json-service.ts'
import type { StoredLine } from './log-store.ts'

/** A stream as DescribeLogStreams shows it. */
export interface LogStream {
  logStreamName: string
  creationTime: number
  firstEventTimestamp: number
  lastEventTimestamp: number
}

const DEFAULT_LIMIT = 50

/** The streams that the lines are in. */
export function describeStreams(lines: StoredLine[]): LogStream[] {
  const streams = new Map<string, LogStream>()
  for (const { logStream, timestamp } of lines) {
    const { firstEventTimestamp = timestamp } = streams.get(logStream) ?? {}
    streams.set(logStream, {
      logStreamName: logStream,
      creationTime: firstEventTimestamp,
      firstEventTimestamp,
      lastEventTimestamp: timestamp,
    })
  }
  return [...streams.values()]
}

/** The page that DescribeLogStreams is asked for; the token is how many streams were seen. */
export function streamPage(streams: LogStream[], input: JsonObject): { logStreams: LogStream[]; nextToken?: string } {
  const { logStreamNamePrefix = '', orderBy, descending, limit = DEFAULT_LIMIT, nextToken = 0 } = input
  const sorted = streams
    .filter(({ logStreamName }) => logStreamName.startsWith(String(logStreamNamePrefix)))
    .sort(orderBy === 'LastEventTime' ? byTime : byName)
  if (descending === true) sorted.reverse()
  const end = Number(nextToken) + Number(limit)
  const logStreams = sorted.slice(Number(nextToken), end)
  return end < sorted.length ? { logStreams, nextToken: String(end) } : { logStreams }
}

function byTime(one: LogStream, other: LogStream): number {
  return one.lastEventTimestamp - other.lastEventTimestamp
}

function byName(one: LogStream, other: LogStream): number {
  return one.logStreamName < other.logStreamName ? -1 : 1
}
