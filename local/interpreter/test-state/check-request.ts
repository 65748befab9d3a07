import type { Json, JsonObject, TestStateRequest } from '../contract.ts'
import { isArray, isObject } from '../json.ts'
import type { State } from '../machine.ts'
import { checkMockResult } from './mock-result.ts'
import { Refusal, refuse } from './refusal.ts'

const MOCKABLE: ReadonlySet<State['type']> = new Set(['Task', 'Map', 'Parallel'])
const GROUPS: ReadonlySet<State['type']> = new Set(['Map', 'Parallel'])

/** What TestState does not take, in the order in which AWS looks. */
export function checkRequest(request: TestStateRequest, state: State): void {
  if (request.mock === undefined) checkWithoutMock(request, state)
  else checkMock(request, state)
}

function checkWithoutMock({ stateConfiguration, roleArn }: TestStateRequest, { type }: State): void {
  if (stateConfiguration?.mapIterationFailureCount !== undefined) {
    refuse('TestState does not support MapIterationFailureCount when a mock is not specified.')
  }
  if (GROUPS.has(type)) {
    const supported = '[Task, Wait, Pass, Succeed, Fail, Choice]'
    throw new Refusal(
      'InvalidDefinition',
      `TestState API does not support Map or Parallel states. Supported state types include: ${supported}`,
    )
  }
  if (type === 'Task' && roleArn === undefined) refuse('RoleArn must be specified when testing a Task state')
}

function checkMock({ mock, definition: _definition }: TestStateRequest, state: State): void {
  if (!MOCKABLE.has(state.type)) refuse(`State type '${state.type}' is not supported when a mock is specified`)
  const { result, errorOutput, fieldValidationMode = 'STRICT' } = mock!
  if (result !== undefined && errorOutput !== undefined)
    refuse('A test mock should have only one of the following fields: [result, errorOutput].')
  if (result === undefined) return
  const value = parseJson(result, 'Mocked result must be a valid JSON.')
  if (state.type === 'Map' && state.distributed?.resultWriter === undefined && !isArray(value))
    refuse('Mocked result must be an array.')
  if (state.type === 'Task' && fieldValidationMode !== 'NONE')
    checkMockResult(state.resource, value, fieldValidationMode)
}

/** Refuses with the message when the text is no JSON. */
export function parseJson(text: string, message: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return refuse(message)
  }
}

/** The fields of a context object the caller may give. */
const contextFields: Readonly<Record<string, readonly string[]>> = {
  Execution: ['Id', 'Input', 'Name', 'RoleArn', 'StartTime', 'RedriveCount', 'RedriveTime'],
  State: ['EnteredTime', 'Name', 'RetryCount'],
  StateMachine: ['Id', 'Name'],
  Task: ['Token'],
  Map: ['Item'],
}

export function checkContext(context: Json): JsonObject {
  if (!isObject(context)) return refuse('Invalid Context object provided: it must be a JSON object')
  for (const [part, fields] of Object.entries(context)) {
    const allowed = Object.hasOwn(contextFields, part)
      ? contextFields[part]!
      : refuse(`Invalid Context object provided: Field '${part}' is not allowed`)
    const unknown = isObject(fields) ? Object.keys(fields).find((field) => !allowed.includes(field)) : undefined
    if (unknown !== undefined) refuse(`Invalid Context object provided: Field '${unknown}' is not allowed`)
  }
  return context
}
