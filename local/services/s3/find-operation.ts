import type { Operation } from './s3-call.ts'

/** What a path names. */
export type Level = 'service' | 'bucket' | 'object'

/** One operation of the S3 API and how a request for it looks. Without `run` it is known by name only. */
export interface OperationRow {
  name: string
  method: string
  level: Level
  /** Query parameters that must all be there. */
  query?: string[]
  /** Request header that must be there. */
  header?: string
  run?: Operation
}

/** What of a request decides which operation it is. */
export interface OperationQuestion {
  method: string
  bucket: string
  key: string
  query: URLSearchParams
  headers: Record<string, string | undefined>
}

const levelOf = ({ bucket, key }: OperationQuestion): Level => {
  if (bucket === '') return 'service'
  return key === '' ? 'bucket' : 'object'
}

const matches = (row: OperationRow, question: OperationQuestion): boolean =>
  row.method === question.method &&
  row.level === levelOf(question) &&
  (row.query ?? []).every((name) => question.query.has(name)) &&
  (row.header === undefined || question.headers[row.header] !== undefined)

const demands = (row: OperationRow): number => (row.query?.length ?? 0) + (row.header === undefined ? 0 : 1)

/** The row that demands most of those the request satisfies. */
export const findOperation = (rows: OperationRow[], question: OperationQuestion): OperationRow | undefined =>
  rows.filter((row) => matches(row, question)).sort((a, b) => demands(b) - demands(a))[0]
