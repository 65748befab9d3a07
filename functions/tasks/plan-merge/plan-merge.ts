import { checkpointPrefix } from '../../shared/checkpoints/checkpoint-record.ts'
import { claimName, releaseName } from '../../shared/checkpoints/name-claims.ts'
import { InvalidRequestError } from '../../shared/errors.ts'
import { log } from '../../shared/log.ts'
import { checkMergeRequest } from '../../shared/merge/check-request.ts'
import type { MergePlan } from '../../shared/merge/plan.ts'
import { planMerge, summarizePlan } from '../../shared/merge/plan-merge.ts'
import { deletePlan, type PlanReference, storePlan } from '../../shared/merge/stored-plan.ts'
import { isFinal } from '../../shared/merges/merge-record.ts'
import { readMerge } from '../../shared/merges/read-merge.ts'
import { findInputs } from './find-inputs.ts'
import { readInput } from './read-input.ts'

/** What the state machine sends. */
export interface PlanMergeEvent {
  id: string
  checkpointId: string
  requestedBy: string
  request: unknown
}

/** Where the library is. */
export interface PlanMergeContext {
  bucket: string
  checkpointsTable: string
  mergesTable: string
  accountsTable: string
  /** Tests pass a tiny one. */
  smallestPart?: number
}

/** What the further states need. `parts` are the part numbers. */
export interface PlannedMerge {
  plan: PlanReference
  output: { bucket: string; key: string; size: number; contentType: string; metadata: Record<string, string> }
  parts: number[]
  summary: {
    tensors: number
    merged: number
    copied: number
    inputs: { checkpointId: string; name: string; size: number; etag: string }[]
  }
}

/**
 * Plans a merge of models in the library: writes the plan and claims the result's file name. Repeatable. Throws
 * `InvalidRequest`, `CheckpointNotFound`, `CheckpointNotActive`, `InvalidSafetensors`, `IncompatibleCheckpoints`, `InputChanged` or `NameTaken`.
 */
export async function planStoredMerge(context: PlanMergeContext, event: PlanMergeEvent): Promise<PlannedMerge> {
  const request = checkMergeRequest(event.request)
  const found = await findInputs(context, request, event.requestedBy)
  const inputs = await Promise.all(found.map((input) => readInput(context.bucket, input)))
  const { smallestPart } = context
  const plan = planMerge(request, inputs, smallestPart === undefined ? {} : { smallestPart })
  const reference = await reserve(context, event, plan)
  const summary = {
    ...summarizePlan(plan),
    inputs: inputs.map(({ checkpointId, name, size, etag }) => ({ checkpointId, name, size, etag })),
  }
  log.info('Merge planned', { mergeId: event.id, size: plan.size, parts: plan.parts, ...summary })
  return {
    plan: reference,
    output: {
      bucket: context.bucket,
      key: `${checkpointPrefix('Stable-diffusion', event.checkpointId)}/${plan.fileName}`,
      size: plan.size,
      contentType: 'application/octet-stream',
      metadata: { 'darkroom-merge': event.id },
    },
    parts: Array.from({ length: plan.parts }, (_, index) => index + 1),
    summary,
  }
}

/**
 * The plan first: whoever cleans up finds the claimed name in it. A merge that was stopped while we planned may already have
 * been cleaned up; its status is final before that happens, so looking at it last leaves nothing behind either way.
 */
async function reserve(context: PlanMergeContext, event: PlanMergeEvent, plan: MergePlan): Promise<PlanReference> {
  const reference = await storePlan(context.bucket, event.id, plan)
  await claimName(context.checkpointsTable, plan.fileName, event.checkpointId)
  const merge = await readMerge(context.mergesTable, event.id)
  if (merge === undefined || !isFinal(merge.status)) return reference
  await releaseName(context.checkpointsTable, plan.fileName, event.checkpointId)
  await deletePlan(context.bucket, event.id)
  throw new InvalidRequestError(`The merge ${event.id} ended (${merge.status}) while it was planned`)
}
