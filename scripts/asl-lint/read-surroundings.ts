import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import * as errors from '../../functions/shared/errors.ts'
import type { Surroundings } from './machine.ts'

type Functions = Record<string, { timeout?: number }>

interface ResourcesPart {
  Resources?: Record<string, { Properties?: { DefinitionSubstitutions?: Record<string, unknown> } }>
}

/** Parts are written out or are `${file(path)}`. */
interface ServerlessFile {
  provider: { timeout: number }
  functions: (string | Functions)[]
  resources: (string | ResourcesPart)[]
}

const INCLUDE = /^\$\{file\((.+)\)\}$/

const FUNCTION_ARN = /^(\w+)LambdaFunction\.Arn$/

/** The names of the error classes that are permanent. */
function listPermanentErrors(): Set<string> {
  const classes = Object.values(errors) as unknown as (new (message: string) => Error)[]
  const permanent = classes.filter((type) => type.prototype instanceof errors.PermanentError)
  return new Set(permanent.map((type) => new type('').name))
}

/** Names stand in the first column of the document's tables. */
function listDocumentedErrors(path: string): Set<string> {
  const rows = readFileSync(path, 'utf8').matchAll(/^\| `([A-Za-z.]+)` \|/gm)
  return new Set([...rows].map((match) => match[1] ?? ''))
}

const uncapitalize = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** CloudFormation's short tags are not resolved: their text is all that is needed. */
function readYaml(path: string): unknown {
  return parse(readFileSync(path, 'utf8'), { logLevel: 'silent', merge: true })
}

function resolveIncludes<Part>(parts: (string | Part)[]): Part[] {
  return parts.map((part) => (typeof part === 'string' ? (readYaml(INCLUDE.exec(part)?.[1] ?? part) as Part) : part))
}

/** What the machines refer to outside themselves: serverless.yml, docs/errors.md and the error classes. */
export function readSurroundings(): Surroundings {
  const file = readYaml('serverless.yml') as ServerlessFile
  const functions: Functions = Object.assign({}, ...resolveIncludes(file.functions))
  const substitutions = resolveIncludes(file.resources).flatMap((part) =>
    Object.values(part.Resources ?? {}).flatMap(({ Properties }) =>
      Object.entries(Properties?.DefinitionSubstitutions ?? {}),
    ),
  )
  const timeouts = substitutions.flatMap(([name, value]) => {
    const called = FUNCTION_ARN.exec(String(value))?.[1]
    const timeout = called === undefined ? undefined : functions[uncapitalize(called)]?.timeout
    return called === undefined ? [] : [[name, timeout ?? file.provider.timeout] as const]
  })
  return {
    documentedErrors: listDocumentedErrors('docs/errors.md'),
    permanentErrors: listPermanentErrors(),
    functionTimeouts: new Map(timeouts),
    substitutions: new Set(substitutions.map(([name]) => name)),
  }
}
