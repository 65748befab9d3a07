import type { SucceedState } from '../../machine.ts'
import { compileBase, type StateSource } from '../fields.ts'

export function compileSucceed(source: StateSource): SucceedState {
  return { ...compileBase(source), type: 'Succeed' }
}
