import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb'
import { dynamodb } from '../../shared/aws/dynamodb.ts'
import { unlessRefused } from '../../shared/aws/unless-refused.ts'
import { isoTime } from '../../shared/clock.ts'
import type { DatasetRecord } from '../../shared/datasets/dataset-record.ts'
import { DatasetBusyError } from '../../shared/errors.ts'
import type { DatasetsContext } from './datasets-context.ts'

/** What may change in a record. */
export type DatasetChange = Partial<Pick<DatasetRecord, 'status' | 'files' | 'images' | 'bytes' | 'leases' | 'params'>>

/** Longer than a request may run, so that whoever added files has ended when it is over. */
const LEASE_MS = 60_000

/** Writes a change on the condition that nothing has changed since the record was read. Throws `DatasetBusy`. */
export async function changeDataset(
  context: DatasetsContext,
  record: DatasetRecord,
  change: DatasetChange,
): Promise<DatasetRecord> {
  const fields = { ...change, updatedAt: isoTime(context.clock.now()), version: record.version + 1 }
  const names = Object.keys(fields)
  const done = await update(context, record, {
    ConditionExpression: 'createdAt = :createdAt AND #version = :versionBefore',
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ':createdAt': record.createdAt,
      ':versionBefore': record.version,
      ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [`:${name}`, value])),
    },
  })
  if (done) return { ...record, ...fields }
  throw new DatasetBusyError(`dataset ${record.id} was changed meanwhile: try again`)
}

/** A request that adds files says so before it writes them. Answers false when nothing can be added any more. */
export function openLease(context: DatasetsContext, record: DatasetRecord, leaseId: string): Promise<boolean> {
  return update(context, record, {
    ConditionExpression: 'createdAt = :createdAt AND #status = :initialed',
    UpdateExpression: 'SET leases.#lease = :until, updatedAt = :now, params = :params ADD #version :one',
    ExpressionAttributeNames: { '#status': 'status', '#lease': leaseId, '#version': 'version' },
    ExpressionAttributeValues: {
      ':createdAt': record.createdAt,
      ':initialed': 'Initialed',
      ':until': leaseEnd(context),
      ':now': isoTime(context.clock.now()),
      ':params': record.params,
      ':one': 1,
    },
  })
}

/** The files are written, and there are so many now. */
export async function closeLease(
  context: DatasetsContext,
  record: DatasetRecord,
  { leaseId, files }: { leaseId: string; files: number },
): Promise<void> {
  const done = await update(context, record, {
    ConditionExpression: 'createdAt = :createdAt',
    UpdateExpression: 'SET files = :files REMOVE leases.#lease ADD #version :one',
    ExpressionAttributeNames: { '#lease': leaseId, '#version': 'version' },
    ExpressionAttributeValues: { ':createdAt': record.createdAt, ':files': files, ':one': 1 },
  })
  if (!done) throw new DatasetBusyError(`dataset ${record.id} was deleted meanwhile: create it again`)
}

/** When a lease that is opened now is over. */
export function leaseEnd({ clock }: DatasetsContext): string {
  return isoTime(clock.now() + LEASE_MS)
}

/** Refuses what has to wait until nobody adds files any more. */
export function refuseWhileAdding({ clock }: DatasetsContext, { id, leases }: DatasetRecord): void {
  const now = isoTime(clock.now())
  if (!Object.values(leases).some((until) => until > now)) return
  throw new DatasetBusyError(`files are being added to dataset ${id} by another request: try again in a minute`)
}

async function update(
  { datasetsTable }: DatasetsContext,
  { id }: DatasetRecord,
  input: Omit<UpdateCommandInput, 'TableName' | 'Key'>,
): Promise<boolean> {
  const command = new UpdateCommand({ TableName: datasetsTable, Key: { id }, ...input })
  return unlessRefused(() => dynamodb.send(command))
}
