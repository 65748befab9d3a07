import { TaskError } from '../../../integrations/integration.ts'
import type { TaskCall } from '../../../integrations/integrations.ts'
import type { InvokeTask } from '../../../interpreter/contract.ts'
import type { ActiveExecution } from './active-execution.ts'
import type { Outstanding } from './outstanding.ts'
import { answer, type World } from './world.ts'

type AwaitedTask = Extract<Outstanding, { kind: 'task' }>

/** Carries out a task, or after a restart as much of it as is left to do. */
export function runTask(world: World, active: ActiveExecution, awaited: AwaitedTask): void {
  const { taskToken, taskId, resource } = awaited.effect
  if (taskToken !== undefined)
    world.tokens.add(taskToken, {
      executionArn: active.record.arn,
      taskId,
      resource: resource.kind === 'activity' ? resource.arn : active.record.machineArn,
    })
  if (resource.kind === 'activity') offerToWorkers(world, active, awaited)
  else void callService(world, active, awaited)
}

function offerToWorkers(world: World, active: ActiveExecution, awaited: AwaitedTask): void {
  const { resource, taskId, taskToken, parameters } = awaited.effect
  if (awaited.started) return
  if (!world.activities.find(resource.arn)) {
    const cause = `The activity ${resource.arn} does not exist.`
    answer(world, active, { kind: 'taskFailed', taskId, error: 'ActivityDoesNotExist', cause, phase: 'schedule' })
    return
  }
  awaited.cancel = world.activityQueue.offer(resource.arn, { token: taskToken!, input: JSON.stringify(parameters) })
}

async function callService(world: World, active: ActiveExecution, awaited: AwaitedTask): Promise<void> {
  const { effect } = awaited
  const pattern = effect.resource.kind === 'service' ? effect.resource.pattern : 'requestResponse'
  const controller = new AbortController()
  awaited.cancel = () => controller.abort()
  const call = { ...taskCall(active, effect, controller.signal), isRepeated: awaited.isRepeated === true }
  const { taskId } = effect
  try {
    if (pattern === 'requestResponse') {
      const output = await world.integrations.call(call)
      answer(world, active, { kind: 'taskSucceeded', taskId, output })
      return
    }
    const submitted = awaited.submitted ?? (await submit(world, active, call, awaited))
    if (pattern === 'waitForTaskToken' || submitted === undefined) return
    const output = await world.integrations.finish(call, submitted)
    answer(world, active, { kind: 'taskSucceeded', taskId, output })
  } catch (error) {
    if (controller.signal.aborted) return
    const failed = awaited.submitted === undefined && pattern !== 'requestResponse' ? 'submit' : undefined
    answer(world, active, { kind: 'taskFailed', taskId, ...failure(error, failed) })
  }
}

/** Makes the first call of a `.sync` or token task; resolves once its answer is on disk. */
async function submit(
  world: World,
  active: ActiveExecution,
  call: TaskCall,
  awaited: AwaitedTask,
): Promise<string | undefined> {
  const { taskId } = awaited.effect
  const output = await world.integrations.call(call)
  const accepted = await world.engine.deliver(active.record.arn, { kind: 'taskSubmitted', taskId, output })
  return accepted ? output : undefined
}

/** Stops the job of a `.sync` task that nobody awaits any more. */
export function abandonJob(world: World, active: ActiveExecution, awaited: AwaitedTask): void {
  const { resource } = awaited.effect
  if (awaited.submitted === undefined || resource.kind !== 'service' || !resource.pattern.startsWith('sync')) return
  const call = taskCall(active, awaited.effect, new AbortController().signal)
  world.integrations.abandon(call, awaited.submitted).catch((error: unknown) => {
    process.emitWarning(`a job of ${active.record.arn} could not be stopped: ${String(error)}`)
  })
}

function taskCall(active: ActiveExecution, effect: InvokeTask, signal: AbortSignal): TaskCall {
  return {
    resource: effect.resource as TaskCall['resource'],
    parameters: effect.parameters,
    roleArn: effect.roleArn ?? active.record.roleArn,
    executionArn: active.record.arn,
    stateMachineArn: active.record.machineArn,
    signal,
  }
}

function failure(
  error: unknown,
  phase: 'submit' | undefined,
): { error: string; cause: string; phase?: TaskError['phase'] & string } {
  if (!(error instanceof TaskError)) return { error: 'States.Runtime', cause: (error as Error).message }
  const at = error.phase ?? phase
  return { error: error.error, cause: error.message, ...(at === undefined ? {} : { phase: at }) }
}
