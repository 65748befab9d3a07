import type { ApiMethod, ApiResource } from './api-model.ts'

/** A route as the ready line and tests want to see it. */
export interface ListedRoute {
  method: string
  path: string
  /** `mock`, `lambda-proxy`, `lambda`, `states:StartExecution`. */
  integration: string
  apiKeyRequired: boolean
  authorizer: boolean
}

/** Every method of the API, parents first. */
export function listRoutes(resource: ApiResource): ListedRoute[] {
  const own = [...resource.methods.values()].map((method) => describe(resource.path, method))
  return [...own, ...resource.children.flatMap(listRoutes)]
}

function describe(path: string, { httpMethod, integration, apiKeyRequired, authorizer }: ApiMethod): ListedRoute {
  const { target } = integration
  return {
    method: httpMethod,
    path,
    integration: target.kind === 'action' ? `${target.service}:${target.action}` : target.kind,
    apiKeyRequired,
    authorizer: authorizer !== undefined,
  }
}
