import type { MergeRecord, MergeRequest } from './merge-record.ts'

/** What was asked for. The machine writes the request as JSON text, because ASL cannot turn JSON into DynamoDB's types. */
export function mergeRequestOf(record: Pick<MergeRecord, 'request'>): MergeRequest {
  const request: unknown = record.request
  return (typeof request === 'string' ? JSON.parse(request) : request) as MergeRequest
}
