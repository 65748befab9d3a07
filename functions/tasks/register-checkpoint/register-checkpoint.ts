import { findAccount } from '../../shared/accounts/find-account.ts'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { type CheckpointRecord, checkpointLocation } from '../../shared/checkpoints/checkpoint-record.ts'
import { putNewCheckpoint } from '../../shared/checkpoints/put-checkpoint.ts'
import { readCheckpoint } from '../../shared/checkpoints/read-checkpoint.ts'
import { type Clock, isoTime } from '../../shared/clock.ts'
import { InvalidRequestError } from '../../shared/errors.ts'
import { log } from '../../shared/log.ts'
import type { MergePlan } from '../../shared/merge/plan.ts'
import { loadPlan, type PlanReference } from '../../shared/merge/stored-plan.ts'
import { isFinal, type MergeRequest } from '../../shared/merges/merge-record.ts'
import { readMerge } from '../../shared/merges/read-merge.ts'

/** What the state machine sends. */
export interface RegisterCheckpointEvent {
  id: string
  checkpointId: string
  requestedBy: string
  request: MergeRequest
  plan: PlanReference
  output: { bucket: string; key: string }
  verified: { size: number; etag: string; crc32: string }
}

/** Where the library is, and what time it is. */
export interface RegisterCheckpointContext {
  checkpointsTable: string
  mergesTable: string
  accountsTable: string
  clock: Clock
}

/** What is now in the library. */
export interface RegisteredCheckpoint {
  checkpointId: string
  name: string
  location: string
  size: number
}

/** Puts the merged checkpoint into the library, active, with its lineage. Repeatable: what is registered stays as it is. */
export async function registerCheckpoint(
  context: RegisterCheckpointContext,
  event: RegisterCheckpointEvent,
): Promise<RegisteredCheckpoint> {
  const known = await readCheckpoint(context.checkpointsTable, event.checkpointId)
  if (known !== undefined) return summaryOf(known)
  const plan = await loadPlan(event.plan)
  const account = await withTransientErrors(() => findAccount(context.accountsTable, event.requestedBy))
  const roles = account?.roles ?? []
  const record = newRecord(event, plan, {
    now: isoTime(context.clock.now()),
    allowed: roles.length > 0 ? [...roles] : [event.requestedBy],
  })
  await refuseEnded(context, event.id)
  const put = await putNewCheckpoint(context.checkpointsTable, record)
  log.info('Checkpoint registered', { mergeId: event.id, checkpointId: record.id, name: plan.fileName, put })
  return summaryOf(record)
}

/** A stopped merge is being cleaned up: a record now would point to an object that is about to go. */
async function refuseEnded({ mergesTable }: RegisterCheckpointContext, id: string): Promise<void> {
  const merge = await readMerge(mergesTable, id)
  if (merge === undefined || !isFinal(merge.status)) return
  throw new InvalidRequestError(`The merge ${id} ended (${merge.status}) before its checkpoint was registered`)
}

function newRecord(
  { id, checkpointId, requestedBy, request, plan: reference, output, verified }: RegisterCheckpointEvent,
  plan: MergePlan,
  { now, allowed }: { now: string; allowed: string[] },
): CheckpointRecord {
  return {
    id: checkpointId,
    list: 'checkpoints',
    createdAt: now,
    updatedAt: now,
    type: 'Stable-diffusion',
    status: 'Active',
    names: [plan.fileName],
    location: checkpointLocation(output.bucket, 'Stable-diffusion', checkpointId),
    files: [{ name: plan.fileName, key: output.key, size: verified.size, etag: verified.etag }],
    allowedRolesOrUsers: allowed,
    params: { creator: requestedBy, created: now, message: `merged by ${id}` },
    createdBy: requestedBy,
    lineage: {
      kind: 'merge',
      mergeId: id,
      planSha256: reference.sha256,
      arithmetic: plan.arithmetic,
      recipe: { ...request, multiplier: plan.multiplier },
      inputs: plan.inputs.map(({ role, checkpointId: inputId, name, size, etag }) => {
        return { role, checkpointId: inputId, name, size, etag }
      }),
    },
  }
}

function summaryOf({ id, names, location, files }: CheckpointRecord): RegisteredCheckpoint {
  return { checkpointId: id, name: names[0] ?? '', location, size: files[0]?.size ?? 0 }
}
