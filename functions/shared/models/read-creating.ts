import { InvalidRequestError } from '../errors.ts'
import type { ModelRecord } from './model-record.ts'
import { readModel } from './read-model.ts'

/** The model that is being made. Throws when it was stopped or has failed: whoever cleans up may have been already. */
export async function readCreating(table: string, id: string): Promise<ModelRecord> {
  const record = await readModel(table, id)
  if (record?.status === 'Creating') return record
  throw new InvalidRequestError(`The model ${id} is not being made any more: it is ${record?.status ?? 'deleted'}`)
}
