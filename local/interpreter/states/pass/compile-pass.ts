import { compileResultPath } from '../../error/catch.ts'
import type { PassState } from '../../machine.ts'
import { compileBase, compileField, type StateSource } from '../fields.ts'

export function compilePass(source: StateSource): PassState {
  return {
    ...compileBase(source),
    type: 'Pass',
    result: source.language === 'JSONPath' ? source.fields.Result : undefined,
    parameters: source.language === 'JSONPath' ? compileField(source, 'Parameters') : undefined,
    resultPath: compileResultPath(source.fields.ResultPath),
  }
}
