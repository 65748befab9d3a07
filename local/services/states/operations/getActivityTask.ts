import type { ActivityTask } from '../activities/activity-queue.ts'
import { parseArn } from '../arns.ts'
import type { StatesContext } from '../context.ts'
import { compact, operation } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

const LONG_POLL_MS = 60_000

/** Waits up to a minute for a task; without one the answer is empty. */
export const getActivityTask = operation({
  input: structure({ activityArn: required(member.arn), workerName: member.name }),
  resource: ({ activityArn }) => activityArn,
  async run({ activityArn, workerName }, context, { signal }) {
    parseArn(activityArn, ['activity'])
    context.activities.require(activityArn)
    for (;;) {
      const task = await nextTask(context, activityArn, signal)
      if (!task) return {}
      if (await takeTask(context, task, workerName)) return { taskToken: task.token, input: task.input }
    }
  },
})

async function nextTask(
  { activityQueue, clock }: StatesContext,
  activityArn: string,
  signal: AbortSignal,
): Promise<ActivityTask | undefined> {
  const { task, leave } = activityQueue.take(activityArn)
  const cancelTimer = clock.setTimer(clock.now() + LONG_POLL_MS, leave)
  signal.addEventListener('abort', leave)
  const found = await task
  cancelTimer()
  signal.removeEventListener('abort', leave)
  return found
}

/** False for a task that timed out while it was queued. */
async function takeTask(context: StatesContext, task: ActivityTask, workerName?: string): Promise<boolean> {
  const holder = context.tokens.find(task.token)
  if (!holder) return false
  const started = compact({ kind: 'taskStarted', taskId: holder.taskId, workerName }) as {
    kind: 'taskStarted'
    taskId: string
    workerName?: string
  }
  return await context.engine.deliver(holder.executionArn, started)
}
