type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type JsonObject = { [key: string]: Json }

const JSONATA = /^\{%([\s\S]*)%\}$/
/** `$name` at the beginning of a path or an argument; not `$.field`, `$[0]` or `$$.context`. */
const PATH_VARIABLE = /(?<![\w$])\$([A-Za-z_]\w*)/g
/** `$name` that is neither called nor assigned. */
const JSONATA_VARIABLE = /(?<![\w$])\$([A-Za-z_]\w*)(?!\w|\s*\(|\s*:=)/g
const JSONATA_LOCAL = /\$([A-Za-z_]\w*)\s*:=|function\s*\(([^)]*)\)/g
const STRING_LITERAL = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g
const NESTED_WORKFLOWS = new Set(['ItemProcessor', 'Iterator', 'Branches'])

/** Which variables the states of a definition read, by state name, as DescribeStateMachine lists them. */
export function variableReferences(definition: string): Record<string, string[]> {
  const references: Record<string, string[]> = {}
  collectWorkflow(JSON.parse(definition) as JsonObject, references)
  return references
}

function collectWorkflow(workflow: JsonObject, references: Record<string, string[]>): void {
  for (const [name, state] of Object.entries((workflow.States ?? {}) as JsonObject)) {
    const found = new Set<string>()
    for (const [key, value] of Object.entries(state as JsonObject)) {
      if (NESTED_WORKFLOWS.has(key)) {
        for (const nested of Array.isArray(value) ? value : [value]) collectWorkflow(nested as JsonObject, references)
      } else collectValue(key, value, found)
    }
    if (found.size > 0) references[name] = [...found].sort()
  }
}

function collectValue(key: string, value: Json, found: Set<string>): void {
  if (typeof value === 'string') {
    for (const variable of variablesIn(key, value)) found.add(variable)
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, item] of Object.entries(value)) collectValue(Array.isArray(value) ? key : name, item, found)
}

function variablesIn(key: string, text: string): string[] {
  const expression = JSONATA.exec(text)?.[1]
  if (expression !== undefined) return jsonataVariables(expression)
  const isPath = key.endsWith('.$') || key.endsWith('Path') || key === 'Variable'
  return isPath ? [...text.replace(STRING_LITERAL, '').matchAll(PATH_VARIABLE)].map((match) => match[1]!) : []
}

function jsonataVariables(expression: string): string[] {
  const code = expression.replace(STRING_LITERAL, '')
  const locals = new Set(['states'])
  for (const [, assigned, parameters] of code.matchAll(JSONATA_LOCAL))
    for (const name of assigned ? [assigned] : (parameters ?? '').split(',')) locals.add(name.trim().replace('$', ''))
  return [...code.matchAll(JSONATA_VARIABLE)].map((match) => match[1]!).filter((name) => !locals.has(name))
}
