import { statesError } from '../errors.ts'
import { jsonProblem } from '../executions/json-text.ts'
import { operation } from '../operation.ts'
import { taskGone } from '../tasks/task-tokens.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const sendTaskSuccess = operation({
  input: structure({ taskToken: required(member.taskToken), output: required(member.payload) }),
  resource: ({ taskToken }, { tokens }) => tokens.require(taskToken).resource,
  async run({ taskToken, output }, { tokens, engine }) {
    const { executionArn, taskId } = tokens.require(taskToken)
    const problem = output === '' ? 'Invalid output.' : jsonProblem(output)
    if (problem) throw statesError('InvalidOutput', problem)
    if (!(await engine.deliver(executionArn, { kind: 'taskSucceeded', taskId, output }))) throw taskGone()
    return {}
  },
})
