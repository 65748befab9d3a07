import { findAccount } from '../../shared/accounts/find-account.ts'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { type Clock, isoTime } from '../../shared/clock.ts'
import { DuplicateIdError, PermanentError } from '../../shared/errors.ts'
import type { ModelRecord } from '../../shared/models/model-record.ts'
import { claimModelName, releaseModelName } from '../../shared/models/name-claims.ts'
import { type ModelStart, newModelRecord } from '../../shared/models/new-model-record.ts'
import { changeModel, putModel } from '../../shared/models/write-model.ts'

export interface RecordModelContext {
  modelsTable: string
  accountsTable: string
  clock: Clock
}

export type RecordModelEvent = ModelStart

/** Writes the record and takes the name. A name that another model has ends the record at once, for nothing was made yet. */
export async function recordModel(context: RecordModelContext, event: RecordModelEvent): Promise<void> {
  const { modelsTable: table } = context
  const account = await withTransientErrors(() => findAccount(context.accountsTable, event.requestedBy))
  const record = newModelRecord(event, account?.roles ?? [])
  if (!(await putModel(table, record))) {
    throw new DuplicateIdError(`A model with the id ${event.id} is already recorded`)
  }
  try {
    await claimModelName(context, record.name, record.id)
  } catch (error) {
    if (error instanceof PermanentError) await giveUp(context, record, error)
    throw error
  }
}

async function giveUp(
  { modelsTable: table, clock }: RecordModelContext,
  record: ModelRecord,
  { name: error, message: cause }: PermanentError,
): Promise<void> {
  await releaseModelName(table, record.name, record.id)
  const now = isoTime(clock.now())
  const reason = { error, cause }
  await changeModel(table, record, { status: 'Failed', updatedAt: now, endedAt: now, goneAt: now, reason })
}
