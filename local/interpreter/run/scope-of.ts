import type { Json, JsonObject } from '../contract.ts'
import type { Scope } from '../query/scope.ts'
import type { Frame, MapItem } from './frame.ts'
import type { Run } from './run.ts'

export interface ScopeOptions {
  /** `$` of JSONPath. */
  readonly data: Json
  readonly result?: Json | undefined
  readonly errorOutput?: Json
  readonly taskToken?: string | undefined
  /** Overrides the frame's own item, for ItemSelector. */
  readonly mapItem?: MapItem | undefined
}

/** What expressions of the frame's current state see. */
export function scopeOf(run: Run, frame: Frame, options: ScopeOptions): Scope {
  const { data, result, errorOutput } = options
  return {
    world: run.world,
    variables: frame.variables,
    context: () => contextObject(run, frame, options),
    data,
    input: frame.input,
    result,
    errorOutput,
  }
}

/** `$$` */
export function contextObject(
  run: Run,
  frame: Frame,
  { taskToken, mapItem = frame.mapItem }: Pick<ScopeOptions, 'taskToken' | 'mapItem'>,
): JsonObject {
  const { start } = run
  if (run.context !== undefined) return { ...run.context, ...transient({ taskToken, mapItem }) }
  return {
    Execution: {
      Id: start.executionArn,
      Input: run.input,
      StartTime: isoTime(start.at),
      Name: start.executionName,
      RoleArn: start.roleArn,
      RedriveCount: run.redriveCount,
      ...(run.redrivenAt === undefined ? {} : { RedriveTime: isoTime(run.redrivenAt) }),
    },
    StateMachine: { Id: start.stateMachineArn, Name: start.stateMachineName },
    State: {
      Name: frame.state.name,
      EnteredTime: isoTime(frame.enteredAt),
      ...(RETRYING.has(frame.state.type) ? { RetryCount: frame.retryCount } : {}),
    },
    ...transient({ taskToken, mapItem }),
  }
}

/** The parts that are there only while a task or an item is at hand. */
function transient({ taskToken, mapItem }: Pick<ScopeOptions, 'taskToken' | 'mapItem'>): JsonObject {
  return {
    ...(taskToken === undefined ? {} : { Task: { Token: taskToken } }),
    ...(mapItem === undefined ? {} : { Map: { Item: itemObject(mapItem) } }),
  }
}

const RETRYING = new Set(['Task', 'Parallel', 'Map'])

function itemObject({ index, value }: MapItem): JsonObject {
  return { Index: index, Value: value }
}

/** `2024-01-31T09:00:00.123Z` */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
