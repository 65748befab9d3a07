import type { Resource, Stack } from './stack.ts'
import { TemplateError } from './stack.ts'

/** A policy as IAM stores it. */
export interface PolicyDocument {
  Version?: string
  Statement: unknown
}

export interface RolePolicy {
  name: string
  document: PolicyDocument
}

export interface Role {
  arn: string
  name: string
  policies: RolePolicy[]
}

const LOGS = 'logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents'.split(' ')

/** The policies AWS keeps that our templates attach, by name under `arn:aws:iam::aws:policy/`. */
const AWS_POLICIES: Record<string, string[]> = {
  'service-role/AWSLambdaBasicExecutionRole': LOGS,
  AWSXRayDaemonWriteAccess: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
}

/** Every role of the stack with its inline, attached and managed policies. */
export function roles(stack: Stack): Role[] {
  return stack.byType('AWS::IAM::Role').map((role) => ({
    arn: role.attributes.Arn!,
    name: role.physicalId,
    policies: [...inlinePolicies(role), ...attachedPolicies(stack, role), ...managedPolicies(stack, role)],
  }))
}

function inlinePolicies({ properties }: Resource): RolePolicy[] {
  return ((properties.Policies ?? []) as unknown[]).map(asRolePolicy)
}

function attachedPolicies(stack: Stack, role: Resource): RolePolicy[] {
  return stack
    .byType('AWS::IAM::Policy')
    .filter(({ properties }) => namesRole(properties, role))
    .map(({ properties }) => asRolePolicy(properties))
}

function managedPolicies(stack: Stack, role: Resource): RolePolicy[] {
  const managed = stack.byType('AWS::IAM::ManagedPolicy')
  const byArn = new Map(managed.map((policy) => [policy.physicalId, policy.properties]))
  const attached = managed.filter(({ properties }) => namesRole(properties, role)).map(({ physicalId }) => physicalId)
  const wanted = new Set([...((role.properties.ManagedPolicyArns ?? []) as string[]), ...attached])
  return [...wanted].map((arn) => {
    const own = byArn.get(arn)
    return own === undefined ? awsPolicy(arn, role) : { ...asRolePolicy(own), name: arn }
  })
}

function awsPolicy(arn: string, role: Resource): RolePolicy {
  const actions = AWS_POLICIES[arn.replace(/^arn:aws:iam::aws:policy\//, '')]
  if (actions === undefined) {
    throw new TemplateError(
      `Resources.${role.logicalId}.Properties.ManagedPolicyArns`,
      `the laptop stack does not know the policy ${arn}; write its statements into the role`,
    )
  }
  return {
    name: arn,
    document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] },
  }
}

function namesRole(properties: Readonly<Record<string, unknown>>, role: Resource): boolean {
  return ((properties.Roles ?? []) as string[]).includes(role.physicalId)
}

function asRolePolicy(policy: unknown): RolePolicy {
  const { PolicyName: name, PolicyDocument: document } = policy as {
    PolicyName: string
    PolicyDocument: PolicyDocument
  }
  return { name, document }
}
