import type { ApiMethod, ApiResource } from './api-model.ts'

export interface RouteMatch {
  resource: ApiResource
  method: ApiMethod
  /** Percent-decoded. */
  pathParameters: Record<string, string>
}

interface Found {
  resource: ApiResource
  parameters: Record<string, string>
}

/**
 * The method that serves `path` (without the stage). A fixed name wins over `{name}`, and that over `{name+}`. A trailing slash is
 * ignored. The resource decides: a method it does not have is not looked for elsewhere.
 */
export function matchRoute(root: ApiResource, httpMethod: string, path: string): RouteMatch | undefined {
  const segments = path.replace(/^\//, '').replace(/\/$/, '').split('/')
  const found = findResource(root, path === '/' || path === '' ? [] : segments)
  const method = found?.resource.methods.get(httpMethod) ?? found?.resource.methods.get('ANY')
  if (!found || !method) return undefined
  return { resource: found.resource, method, pathParameters: found.parameters }
}

/** In order of precedence. */
const STEPS = [fixedStep, parameterStep, greedyStep]

function findResource(resource: ApiResource, segments: readonly string[]): Found | undefined {
  if (segments.length === 0) return resource.methods.size > 0 ? { resource, parameters: {} } : undefined
  for (const step of STEPS) {
    for (const child of resource.children) {
      const found = step(child, segments)
      if (found) return found
    }
  }
  return undefined
}

function fixedStep(child: ApiResource, [first = '', ...rest]: readonly string[]): Found | undefined {
  return child.pathPart === decode(first) ? findResource(child, rest) : undefined
}

function parameterStep(child: ApiResource, [first = '', ...rest]: readonly string[]): Found | undefined {
  const name = /^\{([^+}]+)\}$/.exec(child.pathPart)?.[1]
  if (!name || first === '') return undefined
  const found = findResource(child, rest)
  return found && { resource: found.resource, parameters: { [name]: decode(first), ...found.parameters } }
}

function greedyStep(child: ApiResource, segments: readonly string[]): Found | undefined {
  const name = /^\{([^+}]+)\+\}$/.exec(child.pathPart)?.[1]
  return name ? { resource: child, parameters: { [name]: decode(segments.join('/')) } } : undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
