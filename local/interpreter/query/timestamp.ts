const TIMESTAMP = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/

/** Milliseconds of an ISO-8601 extended offset date-time (RFC 3339 with upper-case T and Z), or undefined when the text is none. */
export function parseTimestamp(text: string): number | undefined {
  const match = TIMESTAMP.exec(text)
  if (match === null) return undefined
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number]
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}
