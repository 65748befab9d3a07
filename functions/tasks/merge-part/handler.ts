import { type MergedPart, type MergePartEvent, mergeStoredPart } from './merge-part.ts'

/** The state "Merge part". */
export async function handler(event: MergePartEvent): Promise<MergedPart> {
  return mergeStoredPart(event)
}
