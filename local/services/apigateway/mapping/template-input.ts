import { GatewayError } from '../gateway-error.ts'
import { findJsonPath } from './json-path.ts'

/** What a mapping template sees of the request, by place. */
export interface TemplateParameters {
  path: Record<string, string>
  querystring: Record<string, string>
  header: Record<string, string>
}

const PLACES = ['path', 'querystring', 'header'] as const

/**
 * The `$input` variable. An empty body reads as `{}`. What a path does not find is `""` in `json()` and an empty string in `path()`,
 * which is what AWS prints. A body that is not JSON is the caller's mistake and becomes the 400 of AWS.
 */
export function createTemplateInput(body: string, parameters: TemplateParameters) {
  const text = body === '' ? '{}' : body
  let parsed: { value: unknown } | undefined
  const document = (): unknown => {
    parsed ??= { value: parseBody(text) }
    return parsed.value
  }
  return {
    body: text,
    json: (path = '$') => JSON.stringify(findJsonPath(document(), path) ?? ''),
    path: (path = '$') => (path === '$' && !isJson(text) ? text : (findJsonPath(document(), path) ?? '')),
    params: (name?: string) => (name === undefined ? parameters : findParameter(parameters, name)),
  }
}

/**
 * Searched in path, query, headers. Header names match in any case: clients that speak HTTP/2 send them in lower case, and which case
 * reaches a template then depends on the way to AWS.
 */
function findParameter(parameters: TemplateParameters, name: string): string {
  for (const place of PLACES) {
    const values = parameters[place]
    if (Object.hasOwn(values, name)) return values[name] ?? ''
  }
  const wanted = name.toLowerCase()
  return Object.entries(parameters.header).find(([header]) => header.toLowerCase() === wanted)?.[1] ?? ''
}

/** Form bodies are read with `$input.path('$')` too and then are plain text. */
function isJson(text: string): boolean {
  return /^\s*[[{"]/.test(text)
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = (error as Error).message
    throw new GatewayError('BAD_REQUEST_BODY', {
      message: `Could not parse request body into json: ${reason}`,
      validationErrorString: `[the body is not valid JSON: ${reason}]`,
      cause: error,
    })
  }
}
