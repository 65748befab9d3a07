import { StartExecutionCommand } from '@aws-sdk/client-sfn'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { states } from '../aws/states.ts'
import { DuplicateIdError } from '../errors.ts'

/** The input of every machine. */
export interface Work<Request> {
  id: string
  requestedBy: string
  request: Request
}

/** How to say that the id has been used for other work. */
export interface Taken {
  /** What that work did: `made a model`. */
  did: string
  /** Where to look at it: `GET /models`. */
  look: string
}

/** Starts the execution of that name and answers its ARN; while it runs the same start may be repeated. Throws `DuplicateId`. */
export async function startExecution<Request>(
  machineArn: string,
  work: Work<Request>,
  { did, look }: Taken,
): Promise<string> {
  try {
    return (await send(machineArn, work)).executionArn ?? ''
  } catch (error) {
    if (!isTaken(error)) throw error
    throw new DuplicateIdError(
      `Idempotency-Key: ${work.id} already ${did}, with another body or one that has ended: look at ${look}, or send another key`,
      { cause: error },
    )
  }
}

/** Starts the execution of that name unless there is or was one. */
export async function startExecutionOnce<Request>(machineArn: string, work: Work<Request>): Promise<void> {
  try {
    await send(machineArn, work)
  } catch (error) {
    if (!isTaken(error)) throw error
  }
}

function send<Request>(machineArn: string, { id, requestedBy, request }: Work<Request>) {
  const input = JSON.stringify({ id, requestedBy, request })
  const command = new StartExecutionCommand({ stateMachineArn: machineArn, name: id, input })
  return withTransientErrors(() => states.send(command))
}

function isTaken(error: unknown): boolean {
  return (error as Error).name === 'ExecutionAlreadyExists'
}
