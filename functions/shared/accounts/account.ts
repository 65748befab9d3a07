/** Who calls: a user with the roles it holds and the union of their permissions, e.g. `checkpoint:all`. */
export interface Account {
  username: string
  roles: readonly string[]
  permissions: readonly string[]
}

/** Item of the Accounts table for a user; its id is `user/<name>`. */
export interface UserItem {
  id: string
  kind: 'user'
  roles: string[]
  createdAt: string
}

/** Item of the Accounts table for a role; its id is `role/<name>`. */
export interface RoleItem {
  id: string
  kind: 'role'
  permissions: string[]
  createdAt: string
}

/** Whether the account holds at least one of the permissions. */
export function holdsAny(account: Account, permissions: readonly string[]): boolean {
  return permissions.some((permission) => account.permissions.includes(permission))
}

/**
 * Whether the account may see something that is shared with these roles and users. An empty list and `*` share with
 * everybody; who manages users (`user:all`) sees everything.
 */
export function maySee(account: Account, allowedRolesOrUsers: readonly string[]): boolean {
  if (allowedRolesOrUsers.length === 0 || holdsAny(account, ['user:all'])) return true
  return allowedRolesOrUsers.some((name) => name === '*' || name === account.username || account.roles.includes(name))
}
