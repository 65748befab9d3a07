/** What a route asks of its caller. */
export type RouteRule =
  /** The API key is enough; a `username` header, where one is sent, must name a known user all the same. */
  | { access: 'api-key' }
  /** A known user who holds at least one of the permissions. */
  | { access: 'user'; anyOf: readonly string[] }

/**
 * Which route needs which permission, keyed `METHOD /resource/path` as API Gateway declares it. A route that is missing
 * here is denied. `checkpoint:list` and `checkpoint:create` are the contract's legacy actions.
 * Showing an inference needs none either, since the WebUI asks with the API key alone, nor does the simple door.
 * Packaged models are the library's, so they ask for its permissions.
 * Completing an upload needs no user because the WebUI sends none there; renaming does, and its handler says so.
 */
export const ROUTE_PERMISSIONS: Readonly<Record<string, RouteRule>> = {
  'GET /ping': { access: 'api-key' },
  'GET /checkpoints': { access: 'user', anyOf: ['checkpoint:all', 'checkpoint:list'] },
  'POST /checkpoints': { access: 'user', anyOf: ['checkpoint:all', 'checkpoint:create'] },
  'PUT /checkpoints/{id}': { access: 'api-key' },
  'DELETE /checkpoints': { access: 'user', anyOf: ['checkpoint:all'] },
  'GET /endpoints': { access: 'user', anyOf: ['sagemaker_endpoint:all', 'sagemaker_endpoint:list'] },
  'POST /endpoints': { access: 'user', anyOf: ['sagemaker_endpoint:all', 'sagemaker_endpoint:create'] },
  'DELETE /endpoints': { access: 'user', anyOf: ['sagemaker_endpoint:all'] },
  'PATCH /endpoints/{name}': { access: 'user', anyOf: ['sagemaker_endpoint:all'] },
  'GET /merges': { access: 'user', anyOf: ['merge:all', 'merge:list'] },
  'POST /merges': { access: 'user', anyOf: ['merge:all', 'merge:create'] },
  'GET /merges/{id}': { access: 'user', anyOf: ['merge:all', 'merge:list'] },
  'DELETE /merges/{id}': { access: 'user', anyOf: ['merge:all'] },
  'GET /models': { access: 'user', anyOf: ['checkpoint:all', 'checkpoint:list'] },
  'POST /models': { access: 'user', anyOf: ['checkpoint:all', 'checkpoint:create'] },
  'GET /models/{id}': { access: 'user', anyOf: ['checkpoint:all', 'checkpoint:list'] },
  'DELETE /models/{id}': { access: 'user', anyOf: ['checkpoint:all'] },
  'GET /inferences': { access: 'user', anyOf: ['inference:all', 'inference:list', 'inference:create'] },
  'POST /inferences': { access: 'user', anyOf: ['inference:all', 'inference:create'] },
  'DELETE /inferences': { access: 'user', anyOf: ['inference:all'] },
  'GET /inferences/{id}': { access: 'api-key' },
  'PUT /inferences/{id}/start': { access: 'user', anyOf: ['inference:all', 'inference:create'] },
  'GET /datasets': { access: 'user', anyOf: ['train:all'] },
  'POST /datasets': { access: 'user', anyOf: ['train:all'] },
  'DELETE /datasets': { access: 'user', anyOf: ['train:all'] },
  'GET /datasets/{id}': { access: 'user', anyOf: ['train:all'] },
  'PUT /datasets/{id}': { access: 'user', anyOf: ['train:all'] },
  'GET /trainings': { access: 'user', anyOf: ['train:all'] },
  'POST /trainings': { access: 'user', anyOf: ['train:all'] },
  'DELETE /trainings': { access: 'user', anyOf: ['train:all'] },
  'GET /trainings/{id}': { access: 'user', anyOf: ['train:all'] },
  'PUT /trainings/{id}/stop': { access: 'user', anyOf: ['train:all'] },
  'GET /generate': { access: 'api-key' },
  'GET /generate/default': { access: 'api-key' },
  'GET /generate/{prompt}': { access: 'api-key' },
  'POST /text2image': { access: 'api-key' },
}
