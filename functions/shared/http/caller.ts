import type { Account } from '../accounts/account.ts'
import { ForbiddenError } from '../errors.ts'
import type { ApiRequest } from './api-request.ts'

/**
 * The account as the authorizer hands it on. API Gateway passes strings only, so the lists travel as JSON.
 * A request that the API key alone may make has no username.
 */
export function toAuthorizerContext(account: Account): Record<'username' | 'roles' | 'permissions', string> {
  return {
    username: account.username,
    roles: JSON.stringify(account.roles),
    permissions: JSON.stringify(account.permissions),
  }
}

/** Who makes the request; undefined when it came with the API key alone. */
export function callerOf(request: ApiRequest): Account | undefined {
  const context = request.requestContext.authorizer ?? {}
  if (!context.username) return undefined
  return { username: context.username, roles: listOf(context.roles), permissions: listOf(context.permissions) }
}

/** Who makes the request; throws `Forbidden` when nobody says so. */
export function knownCallerOf(request: ApiRequest): Account {
  const caller = callerOf(request)
  if (caller) return caller
  throw new ForbiddenError('username is missing: name the user in the username header')
}

function listOf(text: string | undefined): string[] {
  return text ? (JSON.parse(text) as string[]) : []
}
