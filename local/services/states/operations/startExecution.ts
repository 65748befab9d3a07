import { startMachine } from '../executions/start-machine.ts'
import { operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const startExecution = operation({
  input: structure({
    stateMachineArn: required(member.arn),
    name: member.name,
    input: member.payload,
    traceHeader: member.traceHeader,
  }),
  resource: ({ stateMachineArn }) => stateMachineArn,
  async run(request, context) {
    const { executionArn, startedAt } = await startMachine(context, request)
    return { executionArn, startDate: seconds(startedAt) }
  },
})
