import { TaskError } from '../../../integrations/integration.ts'
import type { InvokeTask, TaskResult, TestStateRequest } from '../../../interpreter/contract.ts'
import { testState as testPureState } from '../../../interpreter/test-state/test-state.ts'
import type { StatesContext } from '../context.ts'
import { StatesError, statesError } from '../errors.ts'
import { newIdentifier } from '../identifiers.ts'
import { compact, operation } from '../operation.ts'
import * as member from '../wire/members.ts'
import { flag, number, oneOf, required, structure, text, type ValueOf } from '../wire/shapes.ts'

const stateName = text({ min: 1, max: 80 })

const input = structure({
  definition: required(member.definition),
  roleArn: member.arn,
  input: member.payload,
  inspectionLevel: oneOf('INFO', 'DEBUG', 'TRACE'),
  revealSecrets: flag(),
  variables: member.payload,
  stateName,
  mock: structure({
    result: member.payload,
    errorOutput: structure({ error: member.errorName, cause: member.errorCause }),
    fieldValidationMode: oneOf('STRICT', 'PRESENT', 'NONE'),
  }),
  context: member.payload,
  stateConfiguration: structure({
    retrierRetryCount: number({ min: 0 }),
    errorCausedByState: stateName,
    mapIterationFailureCount: number({ min: 0 }),
    mapItemReaderData: member.payload,
  }),
})

type Input = ValueOf<typeof input>

/** Runs one state; without a mock its task is really carried out. */
export const testState = operation({
  input,
  resource: () => '*',
  async run(request, context, { signal }) {
    if (request.revealSecrets && request.mock)
      throw statesError('ValidationException', 'TestState does not support RevealSecrets when a mock is specified.')
    let step = await testPureState(pureRequest(request, context))
    while (step.kind === 'invoke') step = await step.resume(await carryOut(step.task, request, context, signal))
    if (step.kind === 'refused') throw new StatesError(step.code, step.message)
    return step.response
  },
})

function pureRequest(request: Input, context: StatesContext): TestStateRequest {
  const { revealSecrets, mock, stateConfiguration, ...texts } = request
  return {
    ...(compact(texts) as Pick<TestStateRequest, 'definition'>),
    ...(mock ? { mock: compact(mock) as NonNullable<TestStateRequest['mock']> } : {}),
    ...(stateConfiguration
      ? { stateConfiguration: compact(stateConfiguration) as NonNullable<TestStateRequest['stateConfiguration']> }
      : {}),
    input: request.input ?? '{}',
    inspectionLevel: request.inspectionLevel ?? 'INFO',
    at: context.clock.now(),
    seed: newIdentifier(),
    ports: context.ports,
    region: context.scope.region,
    accountId: context.scope.accountId,
    // With a mock nothing is called, so that every integration of AWS can be tested.
    ...(mock ? {} : { rejectResource: context.rejectResource }),
  }
}

async function carryOut(
  task: InvokeTask,
  request: Input,
  context: StatesContext,
  signal: AbortSignal,
): Promise<TaskResult> {
  if (task.resource.kind === 'activity')
    return { kind: 'taskFailed', error: 'States.Runtime', cause: 'TestState does not support activities.' }
  try {
    const output = await context.integrations.call({
      resource: task.resource,
      parameters: task.parameters,
      roleArn: task.roleArn ?? request.roleArn ?? '',
      executionArn: '',
      stateMachineArn: '',
      signal,
    })
    return { kind: 'taskSucceeded', output }
  } catch (error) {
    const { message } = error as Error
    return { kind: 'taskFailed', error: error instanceof TaskError ? error.error : 'States.Runtime', cause: message }
  }
}
