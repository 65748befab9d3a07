import type { Resource, Stack } from './stack.ts'
import { TemplateError } from './stack.ts'

export interface PolicyStatement {
  Effect: 'Allow' | 'Deny'
  Action?: string | string[]
  NotAction?: string | string[]
  Resource?: string | string[]
  NotResource?: string | string[]
  /** Operator → condition key → value or values. */
  Condition?: Record<string, Record<string, string | number | boolean | Array<string | number | boolean>>>
}

/** A policy as IAM stores it. */
export interface PolicyDocument {
  Version?: string
  Statement: PolicyStatement | PolicyStatement[]
}

export interface Role {
  arn: string
  name: string
  /** Inline, attached and managed. */
  policies: PolicyDocument[]
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

function inlinePolicies({ properties }: Resource): PolicyDocument[] {
  return ((properties.Policies ?? []) as unknown[]).map(documentOf)
}

function attachedPolicies(stack: Stack, role: Resource): PolicyDocument[] {
  return stack
    .byType('AWS::IAM::Policy')
    .filter(({ properties }) => namesRole(properties, role))
    .map(({ properties }) => documentOf(properties))
}

function managedPolicies(stack: Stack, role: Resource): PolicyDocument[] {
  const managed = stack.byType('AWS::IAM::ManagedPolicy')
  const byArn = new Map(managed.map((policy) => [policy.physicalId, policy.properties]))
  const attached = managed.filter(({ properties }) => namesRole(properties, role)).map(({ physicalId }) => physicalId)
  const wanted = new Set([...((role.properties.ManagedPolicyArns ?? []) as string[]), ...attached])
  return [...wanted].map((arn) => {
    const own = byArn.get(arn)
    return own === undefined ? awsPolicy(arn, role) : documentOf(own)
  })
}

function awsPolicy(arn: string, role: Resource): PolicyDocument {
  const actions = AWS_POLICIES[arn.replace(/^arn:aws:iam::aws:policy\//, '')]
  if (actions === undefined) {
    throw new TemplateError(
      `Resources.${role.logicalId}.Properties.ManagedPolicyArns`,
      `the laptop stack does not know the policy ${arn}; write its statements into the role`,
    )
  }
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] }
}

function namesRole(properties: Readonly<Record<string, unknown>>, role: Resource): boolean {
  return ((properties.Roles ?? []) as string[]).includes(role.physicalId)
}

function documentOf(policy: unknown): PolicyDocument {
  return (policy as { PolicyDocument: PolicyDocument }).PolicyDocument
}
