import { expect } from 'chai'
import { resolveTemplate } from '../../../../local/template/load-stack.ts'
import type { TemplateResource } from '../../../../local/template/read-template.ts'
import { roles } from '../../../../local/template/roles.ts'

function rolesOf(Resources: Record<string, TemplateResource>) {
  const source = { stackName: 'darkroom-dev', template: { Resources }, parameters: {} }
  return roles(resolveTemplate(source, { accountId: '000000000000', region: 'us-east-1' }))
}

const allow = (action: string) => ({ Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] })

describe('the roles of a stack', () => {
  it('have their inline, attached and managed policies', () => {
    const Roles = [{ Ref: 'Role' }]
    const found = rolesOf({
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'merge',
          Policies: [{ PolicyName: 'inline', PolicyDocument: allow('s3:GetObject') }],
          ManagedPolicyArns: [{ Ref: 'Managed' }, 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
        },
      },
      Attached: {
        Type: 'AWS::IAM::Policy',
        Properties: { Roles, PolicyName: 'a', PolicyDocument: allow('s3:PutObject') },
      },
      Managed: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: allow('s3:ListBucket') } },
      Attaching: { Type: 'AWS::IAM::ManagedPolicy', Properties: { Roles, PolicyDocument: allow('sns:Publish') } },
      Other: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'other' } },
    })
    expect(found.map(({ arn, policies }) => [arn, policies.length])).to.eql([
      ['arn:aws:iam::000000000000:role/merge', 5],
      ['arn:aws:iam::000000000000:role/other', 0],
    ])
    const actions = found[0]!.policies.flatMap(({ Statement }) => [Statement].flat().flatMap(({ Action }) => Action))
    expect(actions).to.include.members([
      's3:GetObject',
      's3:PutObject',
      's3:ListBucket',
      'sns:Publish',
      'logs:PutLogEvents',
    ])
  })

  it('may not have a policy of AWS that the laptop does not know', () => {
    const Properties = { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }
    expect(() => rolesOf({ Role: { Type: 'AWS::IAM::Role', Properties } })).to.throw(
      'Resources.Role.Properties.ManagedPolicyArns: the laptop stack does not know the policy arn:aws:iam::aws:policy/AdministratorAccess',
    )
  })
})
