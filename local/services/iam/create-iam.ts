import type { Identity } from '../../http/authenticate.ts'
import { AccessDeniedError, type ConditionContext, type Principal } from '../../http/service.ts'
import { evaluatePolicies } from './evaluate-policies.ts'
import type { PolicyDocument } from './policy-document.ts'
import { deriveRoleCredentials, type RoleCredentials } from './role-credentials.ts'

/** A role of the template with its inline and attached policies, references resolved. */
export interface IamRole {
  arn: string
  name: string
  policies: PolicyDocument[]
}

export interface IamOptions {
  accountId: string
  roles: IamRole[]
  /** The data directory's secret, from which role credentials are derived. */
  secret: string | Buffer
}

/** Identities and permissions of the laptop stack. */
export interface Iam {
  /** The role's credentials; a role that the template does not have gets some too, see `createIam`. */
  credentialsFor(roleArn: string): RoleCredentials
  findByAccessKey(accessKeyId: string): Identity | undefined
  /** Throws `AccessDeniedError` unless the principal may do `action` on `resource`. */
  authorize(principal: Principal, action: string, resource: string, context?: ConditionContext): void
  /** The same for a role by its ARN, for services that act for it inside the process. */
  authorizeAs(roleArn: string, action: string, resource: string, context?: ConditionContext): void
}

const OPERATOR_KEY = 'test'

/**
 * IAM with one operator (`test`/`test`, may do everything) and the template's roles, each bound by its policies.
 *
 * A role ARN that the template does not have may do everything: people create state machines by hand with
 * an invented role, and those must run. What is shipped is in the template and is checked.
 */
export function createIam({ accountId, roles, secret }: IamOptions): Iam {
  const rolesByArn = new Map(roles.map((role) => [role.arn, role]))
  const operator: Principal = { arn: `arn:aws:iam::${accountId}:root`, accountId, accessKeyId: OPERATOR_KEY }
  const identities = new Map<string, Identity>([[OPERATOR_KEY, { principal: operator, secretAccessKey: OPERATOR_KEY }]])
  const rolesByKey = new Map<string, string>()
  const credentialsByRole = new Map<string, RoleCredentials>()

  const credentialsFor = (roleArn: string): RoleCredentials => {
    const known = credentialsByRole.get(roleArn)
    if (known !== undefined) return known
    const credentials = deriveRoleCredentials(secret, roleArn)
    const { accessKeyId, secretAccessKey, sessionToken } = credentials
    const principal = { arn: sessionArn(roleArn, accountId), accountId, accessKeyId }
    identities.set(accessKeyId, { principal, secretAccessKey, sessionToken })
    rolesByKey.set(accessKeyId, roleArn)
    credentialsByRole.set(roleArn, credentials)
    return credentials
  }
  for (const role of roles) credentialsFor(role.arn)

  const check = (principalArn: string, roleArn: string, { action, resource, context = {} }: Question): void => {
    const role = rolesByArn.get(roleArn)
    if (role === undefined) return
    const facts = { 'aws:PrincipalArn': roleArn, 'aws:PrincipalAccount': accountId, 'aws:ResourceAccount': accountId }
    const verdict = evaluatePolicies(role.policies, { action, resource, context: { ...facts, ...context } })
    if (!verdict.allowed) throw new AccessDeniedError(principalArn, action, resource, verdict)
  }

  return {
    credentialsFor,
    findByAccessKey: (accessKeyId) => identities.get(accessKeyId),
    authorize(principal, action, resource, context = {}) {
      if (principal.accessKeyId === OPERATOR_KEY) return
      const roleArn = rolesByKey.get(principal.accessKeyId)
      if (roleArn === undefined) throw new AccessDeniedError(principal.arn, action, resource)
      check(principal.arn, roleArn, { action, resource, context })
    },
    authorizeAs(roleArn, action, resource, context = {}) {
      check(sessionArn(roleArn, accountId), roleArn, { action, resource, context })
    },
  }
}

interface Question {
  action: string
  resource: string
  context?: ConditionContext
}

/** `arn:aws:iam::1:role/path/name` acts as `arn:aws:sts::1:assumed-role/name/darkroom`. */
function sessionArn(roleArn: string, accountId: string): string {
  return `arn:aws:sts::${accountId}:assumed-role/${roleArn.slice(roleArn.lastIndexOf('/') + 1)}/darkroom`
}
