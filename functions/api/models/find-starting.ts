import { executionArnOf } from '../../shared/executions/execution-arn.ts'
import { findRunningExecution } from '../../shared/executions/find-running-execution.ts'
import type { ModelRecord, ModelRequest } from '../../shared/models/model-record.ts'
import { newModelRecord } from '../../shared/models/new-model-record.ts'
import type { ModelsContext } from './models-context.ts'

/** The model as its running execution has it, before the first state has written the record; only for who asked for it. */
export async function findStarting(
  { machineArn }: ModelsContext,
  id: string,
  username: string,
): Promise<ModelRecord | undefined> {
  if (id === '') return undefined
  const running = await findRunningExecution<ModelRequest>(executionArnOf(machineArn, id))
  return running?.requestedBy === username ? newModelRecord({ id, ...running }, []) : undefined
}
