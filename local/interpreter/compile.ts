import type { JsonObject, ValidateOptions } from './contract.ts'
import type { Machine, State, Workflow } from './machine.ts'
import type { QueryLanguage } from './query/template.ts'
import { compileWorkflow } from './states/compile-state.ts'
import { DefinitionError } from './validation/definition-error.ts'
import { validateDefinition } from './validation/validate-definition.ts'

/** Turns a definition into a machine. Throws DefinitionError with every finding when there is an error in it. */
export function compileMachine(text: string, options: ValidateOptions): Machine {
  const diagnostics = validateDefinition(text, options)
  if (diagnostics.some(({ severity }) => severity === 'ERROR')) throw new DefinitionError(diagnostics)
  const definition = JSON.parse(text) as JsonObject
  const queryLanguage = (definition.QueryLanguage as QueryLanguage | undefined) ?? 'JSONPath'
  return {
    text,
    queryLanguage,
    workflow: compileWorkflow(definition, queryLanguage),
    timeoutSeconds: definition.TimeoutSeconds as number | undefined,
    comment: definition.Comment as string | undefined,
  }
}

/** The machine a child of the named distributed Map runs. Throws when the machine has no such Map. */
export function childMachine(machine: Machine, stateName: string): Machine {
  const state = findState(machine.workflow, stateName)
  if (state?.type !== 'Map') throw new Error(`The machine has no Map state '${stateName}'`)
  return { ...machine, workflow: state.processor, timeoutSeconds: undefined }
}

/** Finds a state at any depth; names are unique within a machine. */
export function findState(workflow: Workflow, name: string): State | undefined {
  const own = workflow.states.get(name)
  if (own !== undefined) return own
  for (const state of workflow.states.values()) {
    for (const inner of innerWorkflows(state)) {
      const found = findState(inner, name)
      if (found !== undefined) return found
    }
  }
  return undefined
}

function innerWorkflows(state: State): readonly Workflow[] {
  if (state.type === 'Parallel') return state.branches
  return state.type === 'Map' ? [state.processor] : []
}
