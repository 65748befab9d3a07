import type { StoredLine } from './log-store.ts'

/** What GetLogEvents is asked. */
export interface PageRequest {
  limit: number
  startFromHead: boolean
  nextToken?: string | undefined
}

/** One page of a stream; every page has both tokens, and that of an end stays the same. */
export interface EventPage {
  page: StoredLine[]
  nextForwardToken: string
  nextBackwardToken: string
}

const TOKEN = /^([fb])\/(\d+)$/

/** The first or the last lines, or those next to a token, which is the number of the line that was seen last. */
export function eventPage(lines: StoredLine[], { limit, startFromHead, nextToken }: PageRequest): EventPage {
  const [, direction = startFromHead ? 'f' : 'b', seen] = TOKEN.exec(nextToken ?? '') ?? []
  const place = seen === undefined ? undefined : Number(seen)
  const page =
    direction === 'f'
      ? lines.filter(({ sequence }) => sequence > (place ?? 0)).slice(0, limit)
      : lines.filter(({ sequence }) => sequence < (place ?? Number.POSITIVE_INFINITY)).slice(-limit)
  return {
    page,
    nextForwardToken: `f/${page.at(-1)?.sequence ?? place ?? 0}`,
    nextBackwardToken: `b/${page[0]?.sequence ?? place ?? 0}`,
  }
}
