import type { JsonObject } from '../contract.ts'
import type { State, StateType, Workflow } from '../machine.ts'
import type { QueryLanguage } from '../query/template.ts'
import { compileChoice } from './choice/compile-choice.ts'
import { compileFail } from './fail/compile-fail.ts'
import type { StateSource } from './fields.ts'
import { compileMap } from './map/compile-map.ts'
import { compileParallel } from './parallel/compile-parallel.ts'
import { compilePass } from './pass/compile-pass.ts'
import { compileSucceed } from './succeed/compile-succeed.ts'
import { compileTask } from './task/compile-task.ts'
import { compileWait } from './wait/compile-wait.ts'

type Compile = (source: StateSource, compileWorkflow: (definition: JsonObject) => Workflow) => State

const compilers: { readonly [T in StateType]: Compile } = {
  Pass: compilePass,
  Task: compileTask,
  Choice: compileChoice,
  Wait: compileWait,
  Succeed: compileSucceed,
  Fail: compileFail,
  Parallel: compileParallel,
  Map: compileMap,
}

/** Compiles a valid object of `StartAt` and `States`. `language` is the machine's: states without their own have it at every depth. */
export function compileWorkflow(definition: JsonObject, language: QueryLanguage): Workflow {
  const states = new Map<string, State>()
  for (const [name, fields] of Object.entries(definition.States as { readonly [name: string]: JsonObject })) {
    states.set(name, compileState(name, fields, language))
  }
  return { startAt: definition.StartAt as string, states }
}

/** Compiles one valid state. */
export function compileState(name: string, fields: JsonObject, machineLanguage: QueryLanguage): State {
  const language = (fields.QueryLanguage as QueryLanguage | undefined) ?? machineLanguage
  return compilers[fields.Type as StateType]({ name, fields, language }, (definition) =>
    compileWorkflow(definition, machineLanguage),
  )
}
