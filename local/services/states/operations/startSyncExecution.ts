import type { Outcome } from '../../../interpreter/contract.ts'
import { requireName } from '../arns.ts'
import { statesError } from '../errors.ts'
import type { ExecutionRecord } from '../executions/execution-record.ts'
import { createBeginning, requireInput, startTarget } from '../executions/start-machine.ts'
import { newIdentifier } from '../identifiers.ts'
import { compact, operation, seconds } from '../operation.ts'
import * as member from '../wire/members.ts'
import { required, structure } from '../wire/shapes.ts'

const BILLED_UNIT_MS = 100
const BILLED_MEMORY_MB = 64

/** The answer comes when the Express execution has ended; it lives in this process only, like its caller's connection. */
export const startSyncExecution = operation({
  input: structure({
    stateMachineArn: required(member.arn),
    name: member.name,
    input: member.payload,
    traceHeader: member.traceHeader,
    includedData: member.includedData,
  }),
  resource: ({ stateMachineArn }) => stateMachineArn,
  async run(request, context, caller) {
    const target = startTarget(context, request.stateMachineArn)
    if (target.machine.type !== 'EXPRESS')
      throw statesError('StateMachineTypeNotSupported', 'This operation is not supported by this type of state machine')
    const input = requireInput(request.input)
    const name = requireName(request.name ?? newIdentifier())
    const { traceHeader } = request
    const beginning = createBeginning(context, target, { name, input, traceHeader, durability: 'none' })
    const { arn } = beginning.record
    const ended = context.engine.whenEnded(arn)
    caller.signal.addEventListener('abort', () => void context.engine.deliver(arn, { kind: 'stop' }))
    await context.engine.begin(beginning)
    const outcome = await ended
    return answer(beginning.record, outcome, { input, stoppedAt: context.clock.now() })
  },
})

function answer(record: ExecutionRecord, outcome: Outcome, end: { input: string; stoppedAt: number }): object {
  const failed = outcome.status === 'SUCCEEDED' ? undefined : outcome
  const elapsed = Math.max(1, end.stoppedAt - record.startedAt)
  return compact({
    executionArn: record.arn,
    stateMachineArn: record.machineArn,
    name: record.name,
    startDate: seconds(record.startedAt),
    stopDate: seconds(end.stoppedAt),
    status: outcome.status === 'ABORTED' ? 'FAILED' : outcome.status,
    error: failed?.error,
    cause: failed?.cause,
    input: end.input,
    inputDetails: { included: true },
    output: outcome.status === 'SUCCEEDED' ? outcome.output : undefined,
    outputDetails: outcome.status === 'SUCCEEDED' ? { included: true } : undefined,
    traceHeader: record.traceHeader,
    billingDetails: {
      billedMemoryUsedInMB: BILLED_MEMORY_MB,
      billedDurationInMilliseconds: Math.ceil(elapsed / BILLED_UNIT_MS) * BILLED_UNIT_MS,
    },
  })
}
