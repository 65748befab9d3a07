import { operation } from '../operation.ts'
import { taskGone } from '../tasks/task-tokens.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const sendTaskHeartbeat = operation({
  input: structure({ taskToken: required(member.taskToken) }),
  resource: ({ taskToken }, { tokens }) => tokens.require(taskToken).resource,
  async run({ taskToken }, { tokens, engine }) {
    const { executionArn, taskId } = tokens.require(taskToken)
    if (!(await engine.deliver(executionArn, { kind: 'taskHeartbeat', taskId }))) throw taskGone()
    return {}
  },
})
