import type { TaskResource } from '../../contract.ts'
import type { Run } from '../../run/run.ts'

/** The token handed out with the task: for `.waitForTaskToken` and activities, unguessable for who does not know the seed. */
export function taskTokenOf(run: Run, resource: TaskResource, taskId: string): string | undefined {
  const needed =
    resource.kind === 'activity' || (resource.kind === 'service' && resource.pattern === 'waitForTaskToken')
  return needed
    ? btoa(`${taskId}.${run.start.ports.hash('SHA-256', `${run.start.seed}/${run.start.executionArn}/${taskId}`)}`)
    : undefined
}
