/** One line of a log, as the Lambda runtime hands it over. */
export interface LogLine {
  logGroup: string
  logStream: string
  /** Milliseconds since the epoch. */
  timestamp: number
  line: string
}

/** A line with its place among all lines. */
export interface StoredLine extends LogLine {
  sequence: number
}

/** The last lines of every log group, in memory; the files under the data directory keep everything. */
export interface LogStore {
  append(line: LogLine): void
  groups(): string[]
  /** Oldest first; undefined when nobody has written to the group. */
  lines(group: string): StoredLine[] | undefined
}

const KEPT_PER_GROUP = 10_000

export function createLogStore(): LogStore {
  const groups = new Map<string, StoredLine[]>()
  let sequence = 0
  return {
    append({ logGroup, logStream, timestamp, line }) {
      const lines = groups.get(logGroup) ?? []
      sequence += 1
      lines.push({ logGroup, logStream, timestamp, line, sequence })
      groups.set(logGroup, lines.length > 2 * KEPT_PER_GROUP ? lines.slice(-KEPT_PER_GROUP) : lines)
    },
    groups: () => [...groups.keys()].sort(),
    lines: (group) => groups.get(group),
  }
}
