import { stableId } from '../stable-ids.ts'
import { type ResourceFacts, type ResourceKind, unnamed } from './resource-kind.ts'

function globalArn(facts: ResourceFacts, kind: string, name: string): string {
  const { Path: path = '/' } = facts.properties
  return `arn:aws:iam::${facts.accountId}:${kind}${String(path)}${name}`
}

export const identityKinds: Record<string, ResourceKind> = {
  'AWS::IAM::Role': {
    physicalId: (facts) => facts.name('RoleName'),
    attributes: (facts, name) => ({
      Arn: globalArn(facts, 'role', name),
      RoleId: `AROA${stableId(`${facts.stackName}/${facts.logicalId}`, 17, 'upper')}`,
    }),
  },
  'AWS::IAM::Policy': unnamed,
  'AWS::IAM::ManagedPolicy': {
    physicalId: (facts) => globalArn(facts, 'policy', facts.name('ManagedPolicyName')),
    attributes: (_facts, policyArn) => ({ PolicyArn: policyArn }),
  },
}
