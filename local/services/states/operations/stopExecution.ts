import { parseArn } from '../arns.ts'
import { statesError } from '../errors.ts'
import { operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

export const stopExecution = operation({
  input: structure({
    executionArn: required(member.arn),
    error: member.errorName,
    cause: member.errorCause,
  }),
  resource: ({ executionArn }) => executionArn,
  async run({ executionArn, error, cause }, { engine, catalog }) {
    parseArn(executionArn, ['execution'])
    const stop = {
      kind: 'stop' as const,
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    }
    await engine.deliver(executionArn, stop)
    const { status, stoppedAt } = await catalog.require(executionArn)
    if (status === 'RUNNING') throw statesError('ValidationException', 'The execution could not be stopped.')
    return { stopDate: seconds(stoppedAt!) }
  },
})
