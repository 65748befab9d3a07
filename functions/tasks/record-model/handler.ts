import { systemClock } from '../../shared/clock.ts'
import { requireEnv } from '../../shared/env.ts'
import { type RecordModelContext, type RecordModelEvent, recordModel } from './record-model.ts'

const context: RecordModelContext = {
  modelsTable: requireEnv('MODELS_TABLE'),
  accountsTable: requireEnv('ACCOUNTS_TABLE'),
  clock: systemClock,
}

/** The state "Record model". */
export async function handler(event: RecordModelEvent): Promise<void> {
  await recordModel(context, event)
}
