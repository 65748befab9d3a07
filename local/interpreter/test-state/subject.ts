import type { Json, JsonObject, Start, TestStateRequest } from '../contract.ts'
import type { Machine, State } from '../machine.ts'
import type { Frame } from '../run/frame.ts'
import { newExecution, openRoot } from '../run/open-execution.ts'
import { openRun, type Run } from '../run/run.ts'
import { isoTime } from '../run/scope-of.ts'
import { checkContext, parseJson } from './check-request.ts'
import { Refusal } from './refusal.ts'

/** A state under test, as if a machine had just entered it. */
export interface Subject {
  readonly request: TestStateRequest
  readonly state: State
  readonly fields: JsonObject
  readonly run: Run
  readonly frame: Frame
  /** What the inspection levels DEBUG and TRACE show, by name. */
  readonly inspection: Record<string, Json>
}

/** Puts the state on a run of its own. Throws Refusal for an input, variables or a context that are no good. */
export function openSubject(request: TestStateRequest, state: State, fields: JsonObject): Subject {
  const input = parseInput(request.input)
  const workflow = { startAt: state.name, states: new Map([[state.name, state]]) }
  const machine: Machine = {
    text: request.definition,
    workflow,
    timeoutSeconds: undefined,
    comment: undefined,
    queryLanguage: state.language,
  }
  const run = openRun(newExecution(machine, startOf(request)), request.at)
  run.context =
    request.context === undefined
      ? ownContext(run, state, request)
      : checkContext(parseJson(request.context, 'Invalid Context object provided: it must be a valid JSON'))
  const frame = openRoot(run)
  frame.input = input
  if (request.variables !== undefined) {
    frame.variables = {
      own: parseJson(request.variables, 'Invalid variables provided: they must be a valid JSON') as JsonObject,
      outer: undefined,
    }
  }
  return { request, state, fields, run, frame, inspection: {} }
}

function parseInput(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw new Refusal('InvalidExecutionInput', `Invalid State Machine Execution Input: '${text}'`)
  }
}

function startOf({ at, seed, ports, input, region, accountId, roleArn }: TestStateRequest): Start {
  const prefix = `arn:aws:states:${region}:${accountId}`
  return {
    ...{ at, seed, ports, input, region, type: 'EXPRESS', roleArn: roleArn ?? '' },
    ...{ executionArn: `${prefix}:express:test:test`, executionName: 'test' },
    ...{ stateMachineArn: `${prefix}:stateMachine:test`, stateMachineName: 'test' },
  }
}

/** The context of an Express execution nobody started, without a redrive count. */
function ownContext(run: Run, state: State, { region, accountId, roleArn, at }: TestStateRequest): JsonObject {
  const machine = run.world.uuid()
  const execution = run.world.uuid()
  const prefix = `arn:aws:states:${region}:${accountId}`
  return {
    Execution: {
      Id: `${prefix}:express:${machine}:${execution}`,
      Input: run.input,
      StartTime: isoTime(at),
      Name: execution,
      RoleArn: roleArn ?? null,
    },
    StateMachine: { Id: `${prefix}:stateMachine:${machine}`, Name: machine },
    State: { Name: state.name, EnteredTime: isoTime(at), ...('retry' in state ? { RetryCount: 0 } : {}) },
  }
}

/** Notes what a station of the pipeline showed. */
export function inspect(subject: Subject, name: string, value: Json | undefined): void {
  if (value !== undefined) subject.inspection[name] = JSON.stringify(value)
}
