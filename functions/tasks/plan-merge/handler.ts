import { requireEnv } from '../../shared/env.ts'
import { type PlanMergeContext, type PlanMergeEvent, type PlannedMerge, planStoredMerge } from './plan-merge.ts'

const context: PlanMergeContext = {
  bucket: requireEnv('BUCKET'),
  checkpointsTable: requireEnv('CHECKPOINTS_TABLE'),
  mergesTable: requireEnv('MERGES_TABLE'),
  accountsTable: requireEnv('ACCOUNTS_TABLE'),
}

/** The state "Plan merge". */
export async function handler(event: PlanMergeEvent): Promise<PlannedMerge> {
  return planStoredMerge(context, event)
}
