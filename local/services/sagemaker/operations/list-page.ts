import { validationError } from '../sagemaker-errors.ts'

/** What every List operation is asked. */
export interface ListRequest {
  NextToken?: string | undefined
  MaxResults?: number | undefined
  NameContains?: string | undefined
  /** Seconds. */
  CreationTimeBefore?: number | undefined
  CreationTimeAfter?: number | undefined
  SortOrder?: 'Ascending' | 'Descending' | undefined
  SortBy?: string | undefined
}

interface Listed {
  name: string
  createdAt: number
  status?: string
}

const DEFAULT_PAGE_SIZE = 10

/** What records can be sorted by, as text that sorts alike. */
const SORT_KEYS: Record<string, (record: Listed) => string> = {
  Name: ({ name }) => name,
  Status: ({ status = '' }) => status,
  CreationTime: ({ createdAt }) => String(createdAt).padStart(16, '0'),
}

/** One page of the records asked for, newest first unless told otherwise. The token is the place of the last one, so what comes and goes meanwhile shifts nothing. */
export function listPage<T extends Listed>(records: T[], request: ListRequest): { page: T[]; NextToken?: string } {
  const { SortBy = 'CreationTime', SortOrder = 'Descending', MaxResults = DEFAULT_PAGE_SIZE, NextToken } = request
  const sortKey = SORT_KEYS[SortBy] ?? SORT_KEYS.CreationTime!
  const placeOf = (record: T): string => `${sortKey(record)}\0${record.name}`
  const direction = SortOrder === 'Ascending' ? 1 : -1
  const compare = (a: string, b: string): number => (a < b ? -direction : a > b ? direction : 0)
  const after = NextToken === undefined ? undefined : readToken(NextToken)
  const sorted = records
    .filter((record) => isAskedFor(record, request))
    .sort((a, b) => compare(placeOf(a), placeOf(b)))
    .filter((record) => after === undefined || compare(placeOf(record), after) > 0)
  const page = sorted.slice(0, MaxResults)
  return sorted.length > page.length ? { page, NextToken: writeToken(placeOf(page.at(-1)!)) } : { page }
}

function isAskedFor({ name, createdAt }: Listed, request: ListRequest): boolean {
  const { NameContains = '', CreationTimeBefore, CreationTimeAfter } = request
  return (
    name.toLowerCase().includes(NameContains.toLowerCase()) &&
    (CreationTimeBefore === undefined || createdAt < CreationTimeBefore * 1_000) &&
    (CreationTimeAfter === undefined || createdAt > CreationTimeAfter * 1_000)
  )
}

function writeToken(place: string): string {
  return Buffer.from(place).toString('base64')
}

function readToken(token: string): string {
  const place = Buffer.from(token, 'base64').toString()
  if (!place.includes('\0')) throw validationError('Invalid pagination token.')
  return place
}
