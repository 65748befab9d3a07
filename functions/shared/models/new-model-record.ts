import type { ModelRecord, ModelRequest } from './model-record.ts'

/** An execution of create-model as it begins. */
export interface ModelStart {
  id: string
  requestedBy: string
  executionArn: string
  startedAt: string
  request: ModelRequest
}

/** The record of a model at its beginning: shared with the roles of whoever asked for it. */
export function newModelRecord(
  { id, requestedBy, executionArn, startedAt, request }: ModelStart,
  roles: readonly string[],
): ModelRecord {
  const { container, ...kept } = request
  return {
    ...kept,
    id,
    list: 'models',
    createdAt: startedAt,
    updatedAt: startedAt,
    startedAt,
    status: 'Creating',
    imageUri: container.Image,
    createdBy: requestedBy,
    allowedRolesOrUsers: roles.length > 0 ? [...roles] : [requestedBy],
    executionArn,
    uses: {},
    useCount: 0,
  }
}
