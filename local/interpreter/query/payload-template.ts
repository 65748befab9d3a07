import type { Json, JsonObject } from '../contract.ts'
import { runtimeError } from '../error/state-error.ts'
import { compileIntrinsic, isIntrinsic } from '../intrinsic/parse-intrinsic.ts'
import { isArray, isObject, setProperty } from '../json.ts'
import { recoverFrom } from '../recover-from.ts'
import { constantExpression, type Expression } from './expression.ts'
import { compilePath, PathNotFound } from './json-path.ts'
import type { Scope } from './scope.ts'

type Node = { readonly dynamic: boolean; readonly read: (scope: Scope) => Json }

/** Parameters, ResultSelector, ItemSelector and Assign of JSONPath: keys that end in `.$` hold a path or an intrinsic function. */
export function compilePayloadTemplate(value: Json): Expression {
  const node = compileNode(value)
  return node.dynamic ? { evaluate: node.read } : constantExpression(value)
}

function compileNode(value: Json): Node {
  if (isArray(value)) return compileArray(value)
  if (isObject(value)) return compileObject(value)
  return { dynamic: false, read: () => value }
}

function compileArray(value: readonly Json[]): Node {
  const items = value.map(compileNode)
  if (!items.some(({ dynamic }) => dynamic)) return { dynamic: false, read: () => value }
  return { dynamic: true, read: (scope) => items.map((item) => item.read(scope)) }
}

function compileObject(value: JsonObject): Node {
  const entries = Object.entries(value).map(([key, item]) => compileEntry(key, item))
  if (!entries.some(({ node }) => node.dynamic)) return { dynamic: false, read: () => value }
  return {
    dynamic: true,
    read: (scope) => {
      const built: Record<string, Json> = {}
      for (const { key, node } of entries) setProperty(built, key, node.read(scope))
      return built
    },
  }
}

function compileEntry(key: string, value: Json): { key: string; node: Node } {
  if (!key.endsWith('.$') || typeof value !== 'string') return { key, node: compileNode(value) }
  return { key: key.slice(0, -2), node: { dynamic: true, read: compileReference(value, key) } }
}

/** A path or an intrinsic function; `field` is the name in the error when the path leads nowhere. */
export function compileReference(text: string, field: string): (scope: Scope) => Json {
  const read = isIntrinsic(text) ? compileIntrinsic(text) : compilePath(text).read
  return (scope) =>
    recoverFrom(
      PathNotFound,
      () => read(scope),
      () => {
        const input = JSON.stringify(scope.data)
        throw runtimeError(
          `The JSONPath '${text}' specified for the field '${field}' could not be found in the input '${input}'`,
        )
      },
    )
}
