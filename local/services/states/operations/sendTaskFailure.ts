import { compact, operation } from '../operation.ts'
import { taskGone } from '../tasks/task-tokens.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const sendTaskFailure = operation({
  input: structure({
    taskToken: required(member.taskToken),
    error: member.errorName,
    cause: member.errorCause,
  }),
  resource: ({ taskToken }, { tokens }) => tokens.require(taskToken).resource,
  async run({ taskToken, error, cause }, { tokens, engine }) {
    const { executionArn, taskId } = tokens.require(taskToken)
    const failure = compact({ kind: 'taskFailed', taskId, error, cause }) as {
      kind: 'taskFailed'
      taskId: string
      error?: string
      cause?: string
    }
    if (!(await engine.deliver(executionArn, failure))) throw taskGone()
    return {}
  },
})
