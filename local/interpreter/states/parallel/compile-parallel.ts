import type { JsonObject } from '../../contract.ts'
import type { ParallelState, Workflow } from '../../machine.ts'
import { compileBase, compileResultFields, type StateSource } from '../fields.ts'

export function compileParallel(
  source: StateSource,
  compileWorkflow: (definition: JsonObject) => Workflow,
): ParallelState {
  const branches = source.fields.Branches as readonly JsonObject[]
  return {
    ...compileBase(source),
    ...compileResultFields(source),
    type: 'Parallel',
    branches: branches.map(compileWorkflow),
  }
}
