import { executionArnOf } from '../executions/execution-arn.ts'
import { findRunningExecution } from '../executions/find-running-execution.ts'
import { startExecutionOnce, type Work } from '../executions/start-execution.ts'
import { stopExecution } from '../executions/stop-execution.ts'
import type { EndpointRecord } from './endpoint-record.ts'
import type { DeletionRequest } from './endpoint-request.ts'

/** Which deletion to start; its id is the name of the execution, so the same one is never started twice. */
export type Deletion = Work<DeletionRequest>

/** Long enough for a call of a stopped execution that is still under way to have had its effect. */
export const SETTLE_SECONDS = 5

/** Starts delete-endpoint; does nothing when that execution was started before. */
export async function startDeletion(deleteMachineArn: string, deletion: Deletion): Promise<void> {
  await startExecutionOnce(deleteMachineArn, deletion)
}

/** Whether the endpoint is being deleted at this moment. */
export async function isBeingDeleted(deleteMachineArn: string, { deletionId }: EndpointRecord): Promise<boolean> {
  return (
    deletionId !== undefined && (await findRunningExecution(executionArnOf(deleteMachineArn, deletionId))) !== undefined
  )
}

/** Stops the deployment of an endpoint; true when it was running. */
export async function stopDeployment({ executionArn, name }: EndpointRecord, username: string): Promise<boolean> {
  if (!(await findRunningExecution(executionArn))) return false
  const cause = `The endpoint ${name} was deleted by ${username} while it was being created`
  await stopExecution(executionArn, cause, 'EndpointGone')
  return true
}
