import type { Counts } from './map-run-record.ts'

/** Counts as DescribeMapRun shows them. */
export function describeCounts(counts: Counts): object {
  return { ...counts, failuresNotRedrivable: 0, pendingRedrive: 0 }
}
