import { arn, type ResourceKind, unnamed } from './resource-kind.ts'

export const storageKinds: Record<string, ResourceKind> = {
  'AWS::S3::Bucket': {
    physicalId: (facts) => facts.name('BucketName'),
    attributes: (facts, name) => ({
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${facts.region}.amazonaws.com`,
    }),
  },
  'AWS::S3::BucketPolicy': unnamed,
  'AWS::DynamoDB::Table': {
    physicalId: (facts) => facts.name('TableName'),
    attributes: (facts, name) => ({ Arn: arn(facts, 'dynamodb', `table/${name}`) }),
  },
  'AWS::Logs::LogGroup': {
    physicalId: (facts) => facts.name('LogGroupName'),
    attributes: (facts, name) => ({ Arn: arn(facts, 'logs', `log-group:${name}:*`) }),
  },
  'AWS::Logs::ResourcePolicy': unnamed,
}
