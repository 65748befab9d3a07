import { createHash } from 'node:crypto'
import { childMachine, compileMachine } from '../../local/interpreter/compile.ts'
import type {
  Effect,
  Execution,
  HistoryEvent,
  Input,
  InvokeTask,
  Json,
  Outcome,
  Ports,
  ReadItems,
  Start,
  StepResult,
  TaskResult,
  WriteResults,
} from '../../local/interpreter/contract.ts'
import type { Machine } from '../../local/interpreter/machine.ts'
import { startExecution } from '../../local/interpreter/start-execution.ts'
import { step } from '../../local/interpreter/step.ts'

export const testPorts: Ports = {
  hash: (algorithm, text) => createHash(algorithm.toLowerCase().replace('-', '')).update(text).digest('hex'),
}

/** An input without its time, and how long after the effect it comes. */
export type Reaction = { readonly after?: number } & (Input extends infer I
  ? I extends Input
    ? Omit<I, 'at'>
    : never
  : never)

export interface World {
  /** What a task does; by default it succeeds with its parameters. */
  readonly task?: (task: InvokeTask) => TaskResult | readonly Reaction[]
  readonly read?: (read: ReadItems) => readonly Json[]
  readonly write?: (write: WriteResults) => Json
  /** Things that happen on their own: milliseconds after the start. */
  readonly happens?: readonly Reaction[]
  readonly start?: Partial<Start>
}

export interface Finished {
  readonly outcome: Outcome | undefined
  readonly history: readonly HistoryEvent[]
  readonly effects: readonly Effect[]
  readonly inputs: readonly Input[]
  readonly execution: Execution
}

export const startOf = (input: Json | string, overrides: Partial<Start> = {}): Start => ({
  at: Date.UTC(2026, 0, 1),
  seed: 'seed',
  ports: testPorts,
  input: typeof input === 'string' ? input : JSON.stringify(input),
  executionArn: 'arn:aws:states:us-east-1:123456789012:execution:machine:run',
  executionName: 'run',
  roleArn: 'arn:aws:iam::123456789012:role/machine',
  stateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:machine',
  stateMachineName: 'machine',
  type: 'STANDARD',
  region: 'us-east-1',
  ...overrides,
})

/** Runs a definition against a simulated world and clock until nothing more can happen. */
export async function execute(definition: unknown, input: Json | string = {}, world: World = {}): Promise<Finished> {
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition)
  return executeMachine(compileMachine(text, { type: 'STANDARD' }), startOf(input, world.start), world)
}

interface Agenda {
  readonly queue: { readonly at: number; readonly order: number; readonly input: Input }[]
  order: number
}

export async function executeMachine(machine: Machine, start: Start, world: World): Promise<Finished> {
  const agenda: Agenda = { queue: [], order: 0 }
  const history: HistoryEvent[] = []
  const effects: Effect[] = []
  const inputs: Input[] = []
  let now = start.at
  const plan = (reaction: Reaction): void => {
    const { after = 0, ...input } = reaction
    agenda.queue.push({ at: now + after, order: agenda.order++, input: { ...input, at: now + after } as Input })
  }
  for (const reaction of world.happens ?? []) plan(reaction)
  const absorb = async (result: StepResult): Promise<Execution> => {
    history.push(...result.events)
    effects.push(...result.effects)
    for (const effect of result.effects)
      for (const reaction of await react(effect, { machine, start, world, agenda, now })) plan(reaction)
    if (result.pending) plan({ kind: 'continue' })
    return result.execution
  }
  let execution = await absorb(await startExecution(machine, start))
  for (;;) {
    agenda.queue.sort((left, right) => left.at - right.at || left.order - right.order)
    const next = agenda.queue.shift()
    if (next === undefined) return { outcome: execution.outcome, history, effects, inputs, execution }
    now = next.at
    inputs.push(next.input)
    execution = await absorb(await step(execution, next.input))
  }
}

interface Surroundings {
  readonly machine: Machine
  readonly start: Start
  readonly world: World
  readonly agenda: Agenda
  readonly now: number
}

async function react(
  effect: Effect,
  { machine, start, world, agenda, now }: Surroundings,
): Promise<readonly Reaction[]> {
  switch (effect.kind) {
    case 'invokeTask':
      return reactToTask(effect, world)
    case 'setTimer':
      return [{ kind: 'timerFired', timerId: effect.timerId, after: Math.max(0, effect.dueAt - now) }]
    case 'cancelTimer':
      agenda.queue.splice(
        0,
        agenda.queue.length,
        ...agenda.queue.filter(({ input }) => input.kind !== 'timerFired' || input.timerId !== effect.timerId),
      )
      return []
    case 'readItems':
      return [{ kind: 'itemsRead', readId: effect.readId, items: world.read?.(effect) ?? [] }]
    case 'writeResults':
      return [{ kind: 'resultsWritten', writeId: effect.writeId, output: world.write?.(effect) ?? {} }]
    case 'startChild': {
      const child = {
        ...start,
        at: now,
        seed: `${start.seed}/${effect.name}`,
        input: effect.input,
        executionName: effect.name,
        child: effect.start,
      }
      const { outcome } = await executeMachine(childMachine(machine, effect.stateName), child, {
        ...world,
        happens: [],
      })
      return [{ kind: 'childEnded', childId: effect.childId, outcome: outcome ?? { status: 'ABORTED' } }]
    }
    default:
      return []
  }
}

function reactToTask(task: InvokeTask, world: World): readonly Reaction[] {
  const result = world.task?.(task) ?? { kind: 'taskSucceeded' as const, output: JSON.stringify(task.parameters) }
  return 'kind' in result ? [{ ...result, taskId: task.taskId }] : (result as readonly Reaction[])
}
