import { type Clock, isoTime } from '../../shared/clock.ts'
import { log } from '../../shared/log.ts'
import { findNameHolder, releaseModelName } from '../../shared/models/name-claims.ts'
import { readModel } from '../../shared/models/read-model.ts'
import { unmakeModel } from '../../shared/models/unmake-model.ts'
import { changeModel } from '../../shared/models/write-model.ts'

export interface CleanUpModelContext {
  bucket: string
  modelsTable: string
  clock: Clock
}

/**
 * Leaves nothing of a model that did not come to be: neither SageMaker's model nor a copy, and gives the name back. Never
 * touches an active model, what another one of the same name has, or the files that were copied. Repeatable at any time;
 * the record should be final before, so that functions that are still copying see it.
 */
export async function cleanUpModel(context: CleanUpModelContext, { id }: { id: string }): Promise<void> {
  const { bucket, modelsTable, clock } = context
  const record = await readModel(modelsTable, id)
  if (!record || record.status === 'Active' || record.status === 'Deleting') return
  const isOurs = (await findNameHolder(modelsTable, record.name)) === id
  if (isOurs) await unmakeModel(bucket, record)
  // Before the name is free: who finds the claim of a model that is gone may take it over.
  if (record.goneAt === undefined) await changeModel(modelsTable, record, { goneAt: isoTime(clock.now()) })
  if (isOurs) await releaseModelName(modelsTable, record.name, id)
  log.info('Model cleaned up', { modelId: id, name: record.name, wasOurs: isOurs })
}
