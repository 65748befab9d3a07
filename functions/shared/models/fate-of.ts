import type { ModelRecord } from './model-record.ts'
import { findNameHolder } from './name-claims.ts'
import { readModel } from './read-model.ts'

/** What may be done with what a function has just made for a model. */
export type Fate = 'wanted' | 'abandoned' | 'of another model'

/**
 * Looks once more after something was made: the model may have been stopped in the meantime, and whoever cleaned up may
 * have been faster. A second attempt at the same work may also have finished long ago: what an active model has is wanted.
 */
export async function fateOf(table: string, { id, name }: Pick<ModelRecord, 'id' | 'name'>): Promise<Fate> {
  const status = (await readModel(table, id))?.status
  if (status === 'Creating' || status === 'Active') return 'wanted'
  const holder = await findNameHolder(table, name)
  return holder === undefined || holder === id ? 'abandoned' : 'of another model'
}
