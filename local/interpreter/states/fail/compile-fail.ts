import type { Json } from '../../contract.ts'
import { runtimeError } from '../../error/state-error.ts'
import type { FailState } from '../../machine.ts'
import { constantExpression, type Expression } from '../../query/expression.ts'
import { compileReference } from '../../query/payload-template.ts'
import { compileTypedJsonata } from '../../query/template.ts'
import { compileBase, type StateSource } from '../fields.ts'

export function compileFail(source: StateSource): FailState {
  return {
    ...compileBase(source),
    type: 'Fail',
    error: compileText(source, 'Error'),
    cause: compileText(source, 'Cause'),
  }
}

/** Error or Cause; in JSONPath also ErrorPath or CausePath, which may hold an intrinsic function. */
function compileText({ fields, language }: StateSource, field: 'Error' | 'Cause'): Expression | undefined {
  const text = fields[field]
  if (text !== undefined) {
    return language === 'JSONata'
      ? compileTypedJsonata(text, { field, expected: 'string', accepts: isString })
      : constantExpression(text)
  }
  const path = fields[`${field}Path`]
  return typeof path === 'string' ? compileTextPath(path, `${field}Path`) : undefined
}

function compileTextPath(text: string, field: string): Expression {
  const read = compileReference(text, field)
  return {
    evaluate: (scope) => {
      const value = read(scope)
      if (isString(value)) return value
      throw runtimeError(
        `The ${field} parameter does not reference a string value: ${text} == ${JSON.stringify(value)}`,
      )
    },
  }
}

function isString(value: Json): value is string {
  return typeof value === 'string'
}
