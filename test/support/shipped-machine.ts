import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { InvokeTask, Json, TaskResult } from '../../local/interpreter/contract.ts'
import { execute, type Finished, type Reaction } from './interpreter-driver.ts'

/** What a state's task does: a result, a failure, or silence. */
export type Behaviour = { output: Json } | { error: string; cause?: string } | 'silent'

/** Behaviours of a state's attempts in order, the last one for all further; across a Map's iterations. */
export type Script = Record<string, Behaviour[]>

export interface Run {
  outcome: Finished['outcome']
  /** Names of the states entered, in order; those inside a Map as often as they ran. */
  entered: string[]
  /** What each state's tasks were given, attempt by attempt. */
  calls: Map<string, Record<string, unknown>[]>
}

const ENTERED = /StateEntered$/

/** The definition of a shipped machine; a placeholder `${PlanMergeFunction}` becomes the ARN of a function of that name, `${MergesTable}` itself. */
export function readShippedMachine(name: string): unknown {
  const text = readFileSync(`state-machines/${name}.asl.yaml`, 'utf8')
  const filled = text.replace(/\$\{(\w+)\}/g, (_, placeholder: string) =>
    placeholder.endsWith('Function')
      ? `arn:aws:lambda:us-east-1:123456789012:function:${placeholder}`
      : `the-${placeholder}`,
  )
  return parse(filled)
}

function toResult(behaviour: Behaviour): TaskResult | readonly Reaction[] {
  if (behaviour === 'silent') return []
  if ('error' in behaviour) return { kind: 'taskFailed', ...behaviour }
  return { kind: 'taskSucceeded', output: JSON.stringify(behaviour.output) }
}

/** Runs a machine while its tasks behave as scripted. A state without a script succeeds with an empty object. */
export async function runScripted(definition: unknown, input: Json, script: Script): Promise<Run> {
  const calls: Run['calls'] = new Map()
  const task = (effect: InvokeTask): TaskResult | readonly Reaction[] => {
    const before = calls.get(effect.stateName) ?? []
    calls.set(effect.stateName, [...before, effect.parameters as Record<string, unknown>])
    const behaviours = script[effect.stateName] ?? [{ output: {} }]
    return toResult(behaviours[Math.min(before.length, behaviours.length - 1)] ?? 'silent')
  }
  const { outcome, history } = await execute(definition, input, { task })
  const entered = history.flatMap((event) => {
    const details = (event as unknown as { stateEnteredEventDetails?: { name: string } }).stateEnteredEventDetails
    return ENTERED.test(event.type) && details ? [details.name] : []
  })
  return { outcome, entered, calls }
}
