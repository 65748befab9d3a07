import { type Account, holdsAny } from '../../shared/accounts/account.ts'
import { ROUTE_PERMISSIONS } from './route-permissions.ts'

/** What the authorizer decides about one call. */
export type Decision =
  | { effect: 'Allow'; caller: Account }
  | { effect: 'Deny'; username: string; message: string; permissionsRequired: readonly string[] }
  | { effect: 'Unauthorized' }

/** Finds the account of a user; undefined when there is none. Rejects when the table cannot be read. */
export type FindAccount = (username: string) => Promise<Account | undefined>

const LONGEST_USERNAME = 256

/** The account behind a call that came with the API key alone: nobody's name, no rights of its own. */
const KEY_ALONE: Account = { username: '', roles: [], permissions: [] }

/** Decides whether `username` (undefined when the call names none) may use a route keyed `METHOD /resource/path`. */
export async function authorize(
  route: string,
  username: string | undefined,
  findAccount: FindAccount,
): Promise<Decision> {
  const rule = Object.hasOwn(ROUTE_PERMISSIONS, route) ? ROUTE_PERMISSIONS[route] : undefined
  if (!rule) return deny(username ?? '', `Nobody may call ${route}`, [])
  if (username === undefined && rule.access === 'api-key') return { effect: 'Allow', caller: KEY_ALONE }
  const account = username && username.length <= LONGEST_USERNAME ? await findAccount(username) : undefined
  if (!account) return { effect: 'Unauthorized' }
  if (rule.access === 'api-key' || holdsAny(account, rule.anyOf)) return { effect: 'Allow', caller: account }
  return deny(account.username, missingPermissions(account.username, rule.anyOf), rule.anyOf)
}

function deny(username: string, message: string, permissionsRequired: readonly string[]): Decision {
  return { effect: 'Deny', username, message, permissionsRequired }
}

/** The contract's text, a list in Python's notation included. */
function missingPermissions(username: string, anyOf: readonly string[]): string {
  return `User ${username} has no permissions: [${anyOf.map((permission) => `'${permission}'`).join(', ')}]`
}
