import { createHash } from 'node:crypto'
import { statesError } from './errors.ts'

const DEFAULT_PAGE_SIZE = 100

/** What a list operation takes. */
export interface PageRequest {
  maxResults?: number | undefined
  nextToken?: string | undefined
}

/** A page of a list and, when there is more, the token that continues it. */
export interface Page<T> {
  items: T[]
  nextToken?: string
}

/** The number of entries asked for; zero means AWS's default of 100. */
export function pageSize(request: PageRequest): number {
  return request.maxResults || DEFAULT_PAGE_SIZE
}

/** Wraps a position in the list `scope`; a token of one list is refused by another. */
export function encodeToken(scope: string, position: string): string {
  return Buffer.from(JSON.stringify([digest(scope, position), position])).toString('base64url')
}

/** The position inside a token, undefined without a token; throws AWS's `InvalidToken`. */
export function decodeToken(scope: string, token: string | undefined): string | undefined {
  if (token === undefined) return undefined
  try {
    const [check, position] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as [string, string]
    if (typeof position === 'string' && check === digest(scope, position)) return position
  } catch {
    // An unreadable token is answered like a foreign one.
  }
  throw statesError('InvalidToken', 'Invalid token')
}

function digest(scope: string, position: string): string {
  return createHash('sha256').update(`${scope}\0${position}`).digest('base64url').slice(0, 16)
}

/** Cuts a page out of a list held in memory; the position is the count of entries already given. */
export function pageOf<T>(items: readonly T[], request: PageRequest, scope: string): Page<T> {
  const start = Number(decodeToken(scope, request.nextToken) ?? 0)
  const end = start + pageSize(request)
  const page = items.slice(start, end)
  return end < items.length ? { items: page, nextToken: encodeToken(scope, String(end)) } : { items: page }
}
