import type { Json } from '../contract.ts'
import { runtimeError } from '../error/state-error.ts'
import { constantExpression, type Expression } from '../query/expression.ts'
import { compilePath, PathNotFound } from '../query/json-path.ts'
import { compileTypedJsonata } from '../query/template.ts'
import { recoverFrom } from '../recover-from.ts'
import type { StateSource } from './fields.ts'

/** How a field that is a number, a JSONata expression or, under another name, a JSONPath is read. */
export interface NumberField {
  /** `TimeoutSeconds`; the JSONPath variant is `TimeoutSecondsPath`. */
  readonly field: string
  readonly accepts: (value: Json) => boolean
  /** `integer` or `float`, as AWS calls it in its error. */
  readonly expected: string
  /** Turns what the path found into a number before it is checked; for the fields where AWS takes numeric text. */
  readonly coerce?: (value: Json) => Json
}

/** Undefined when the state has neither the field nor its path. */
export function compileNumberField(
  { fields, language }: Pick<StateSource, 'fields' | 'language'>,
  number: NumberField,
): Expression | undefined {
  const { field } = number
  const literal = fields[field]
  if (literal !== undefined) {
    return language === 'JSONata'
      ? compileTypedJsonata(literal, { field, expected: 'number', accepts: (value) => typeof value === 'number' })
      : constantExpression(literal)
  }
  const text = fields[`${field}Path`]
  return typeof text === 'string' ? compileNumberPath(text, number) : undefined
}

function compileNumberPath(text: string, { field, accepts, expected, coerce }: NumberField): Expression {
  const path = compilePath(text)
  return {
    evaluate: (scope) => {
      const found = readOrFail(() => path.read(scope), text)
      const value = coerce === undefined ? found : coerce(found)
      if (accepts(value)) return value
      throw runtimeError(
        `The ${field}Path field refers to value ${JSON.stringify(found)} which is not a valid ${expected}: ${text}`,
      )
    },
  }
}

/** Runs a path where AWS words a miss as "Invalid path '$.x' : No results for path: …". */
export function readOrFail(read: () => Json, text: string): Json {
  return recoverFrom(PathNotFound, read, ({ message }) => {
    throw runtimeError(`Invalid path '${text}' : ${message}`)
  })
}

/** `"5"` counts as 5. */
export function numericText(value: Json): Json {
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value
}
