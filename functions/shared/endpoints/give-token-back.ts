import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn'
import { withTransientErrors } from '../aws/classify-aws-error.ts'
import { states } from '../aws/states.ts'
import type { EndpointDescription } from './describe-endpoint.ts'

/** What a machine waits for: its endpoint in service, or out of the way. */
export type Awaited = 'in service' | 'gone'

/** Statuses in which the wait goes on; any other one ends it, those that nobody knows included. */
const WAITS_WHILE: Readonly<Record<Awaited, readonly string[]>> = {
  'in service': ['Creating', 'Updating', 'SystemUpdating'],
  // An endpoint that SageMaker is working on cannot be deleted.
  gone: ['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'],
}

/** Nobody waits with the token any more: it was given back before, or its execution has gone on or ended. */
const SPENT: ReadonlySet<string> = new Set(['InvalidToken', 'TaskDoesNotExist', 'TaskTimedOut'])

/** Whether the wait is over. */
export function isOver(awaited: Awaited, status: string): boolean {
  return !WAITS_WHILE[awaited].includes(status)
}

/** Lets the waiting execution go on with what SageMaker said. A token that is spent changes nothing. */
export async function giveTokenBack(
  taskToken: string,
  { status, reason, instances }: EndpointDescription,
): Promise<void> {
  const output = JSON.stringify({ status, reason, instances })
  try {
    await withTransientErrors(() => states.send(new SendTaskSuccessCommand({ taskToken, output })))
  } catch (error) {
    if (!SPENT.has((error as Error).name)) throw error
  }
}
