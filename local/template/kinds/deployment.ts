import { type ResourceKind, unnamed } from './resource-kind.ts'

/** `Custom::…` types take this row too. Their `Data` is not known before their function has run, so `Fn::GetAtt` is an error. */
export const deploymentKinds: Record<string, ResourceKind> = {
  'AWS::CloudFormation::CustomResource': unnamed,
}
