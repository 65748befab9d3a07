import type { InvokeTask, Json, TaskResult } from '../../local/interpreter/contract.ts'
import type { Reaction, World } from '../support/interpreter-driver.ts'

/** One case: a definition, what the world does, and the history it must leave. */
export interface ConformanceCase {
  readonly name: string
  readonly definition: Json
  readonly input?: Json
  /** What tasks do, by state name, one entry per call; the last one repeats. A task that is not named answers its parameters. */
  readonly tasks?: Readonly<Record<string, readonly TaskScript[]>>
  /** What an ItemReader reads. */
  readonly items?: readonly Json[]
  /** What a ResultWriter answers. */
  readonly written?: Json
  /** Things that happen on their own, milliseconds after the start. */
  readonly happens?: readonly Reaction[]
  readonly expected: {
    readonly status: string
    readonly output?: Json
    readonly error?: string
    readonly cause?: string
    readonly history?: readonly string[]
    /** Details of single events by id. */
    readonly details?: Readonly<Record<string, Json>>
  }
}

export interface TaskScript {
  readonly output?: Json
  /** Answers a text of so many characters. */
  readonly size?: number
  readonly error?: string
  readonly cause?: string
  /** Milliseconds it takes. */
  readonly after?: number
  /** Never answers. */
  readonly silent?: boolean
  readonly submitted?: Json
  readonly worker?: string
  /** Milliseconds at which it gives a sign of life. */
  readonly heartbeats?: readonly number[]
}

/** The world a case describes. */
export function tasksOf({
  tasks = {},
  items = [],
  written = {},
  happens = [],
}: Pick<ConformanceCase, 'tasks' | 'items' | 'written' | 'happens'>): World {
  const calls = new Map<string, number>()
  return {
    task: (task) => {
      const scripts = tasks[task.stateName] ?? [{}]
      const call = calls.get(task.stateName) ?? 0
      calls.set(task.stateName, call + 1)
      return react(task, scripts[Math.min(call, scripts.length - 1)]!)
    },
    read: () => items,
    write: () => written,
    happens,
  }
}

function react(task: InvokeTask, script: TaskScript): readonly Reaction[] {
  const { taskId } = task
  const { after = 0, heartbeats = [] } = script
  const reactions: Reaction[] = heartbeats.map((at) => ({ kind: 'taskHeartbeat', taskId, after: at }))
  if (script.worker !== undefined) reactions.unshift({ kind: 'taskStarted', taskId, workerName: script.worker })
  if (script.submitted !== undefined)
    reactions.push({ kind: 'taskSubmitted', taskId, output: JSON.stringify(script.submitted) })
  if (script.silent !== true) reactions.push({ ...resultOf(task, script), taskId, after })
  return reactions
}

function resultOf(task: InvokeTask, { output, size, error, cause }: TaskScript): TaskResult {
  if (error === undefined && cause === undefined)
    return {
      kind: 'taskSucceeded',
      output: JSON.stringify(size === undefined ? (output ?? task.parameters) : 'x'.repeat(size)),
    }
  return { kind: 'taskFailed', ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) }
}
