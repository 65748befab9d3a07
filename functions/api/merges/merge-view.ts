import type { JsonObject } from '../../shared/http/json-body.ts'
import { mergeLinks } from '../../shared/merges/merge-links.ts'
import type { MergeRecord } from '../../shared/merges/merge-record.ts'
import type { UnrecordedMerge } from './find-execution.ts'
import type { MergesContext } from './merges-context.ts'

/** A merge as clients see it; what only the machine needs stays inside. */
export function toView(context: MergesContext, merge: MergeRecord | UnrecordedMerge): JsonObject {
  const { list, upload, announcement, executionArn, ...shown } = merge as MergeRecord
  return { ...shown, request: merge.request, links: mergeLinks(context, merge.id, executionArn) }
}
