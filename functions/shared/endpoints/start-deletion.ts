import { DescribeExecutionCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { states } from '../aws/states.ts'
import type { EndpointRecord } from './endpoint-record.ts'
import type { DeletionRequest } from './endpoint-request.ts'

/** Which deletion to start. */
export interface Deletion {
  /** Name of the execution: the same one is never started twice. */
  id: string
  requestedBy: string
  request: DeletionRequest
}

/** Long enough for a call of a stopped execution that is still under way to have had its effect. */
export const SETTLE_SECONDS = 5

/** Starts delete-endpoint; does nothing when that execution was started before. */
export async function startDeletion(deleteMachineArn: string, deletion: Deletion): Promise<void> {
  const command = new StartExecutionCommand({
    stateMachineArn: deleteMachineArn,
    name: deletion.id,
    input: JSON.stringify(deletion),
  })
  try {
    await withTransientErrors(() => states.send(command))
  } catch (error) {
    if ((error as Error).name !== 'ExecutionAlreadyExists') throw error
  }
}

/** Whether the endpoint is being deleted at this moment. */
export async function isBeingDeleted(deleteMachineArn: string, { deletionId }: EndpointRecord): Promise<boolean> {
  return (
    deletionId !== undefined && isRunning(`${deleteMachineArn.replace(':stateMachine:', ':execution:')}:${deletionId}`)
  )
}

/** Stops the deployment of an endpoint; true when it was running. */
export async function stopDeployment({ executionArn, name }: EndpointRecord, username: string): Promise<boolean> {
  if (!(await isRunning(executionArn))) return false
  const cause = `The endpoint ${name} was deleted by ${username} while it was being created`
  const stop = new StopExecutionCommand({ executionArn, error: 'EndpointGone', cause })
  try {
    await withTransientErrors(() => states.send(stop))
  } catch (error) {
    // It has ended in between.
    if ((error as Error).name !== 'ValidationException') throw error
  }
  return true
}

async function isRunning(executionArn: string): Promise<boolean> {
  try {
    const { status } = await withTransientErrors(() => states.send(new DescribeExecutionCommand({ executionArn })))
    return status === 'RUNNING'
  } catch (error) {
    if ((error as Error).name === 'ExecutionDoesNotExist') return false
    throw error
  }
}
