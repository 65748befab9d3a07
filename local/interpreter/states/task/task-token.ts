import type { TaskResource } from '../../contract.ts'
import type { Run } from '../../run/run.ts'

/** The token handed out with the task, unguessable for who does not know the seed: for activities and for every service task that is waited for. */
export function taskTokenOf(run: Run, resource: TaskResource, taskId: string): string | undefined {
  const needed = resource.kind === 'activity' || (resource.kind === 'service' && resource.pattern !== 'requestResponse')
  return needed
    ? btoa(`${taskId}.${run.start.ports.hash('SHA-256', `${run.start.seed}/${run.start.executionArn}/${taskId}`)}`)
    : undefined
}
