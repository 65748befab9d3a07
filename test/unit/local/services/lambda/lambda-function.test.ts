import { expect } from 'chai'
import { lambdaFunctions } from '../../../../../local/services/lambda/lambda-function.ts'
import { resolveTemplate } from '../../../../../local/template/load-stack.ts'
import type { TemplateResource } from '../../../../../local/template/read-template.ts'

function functionsOf(resources: Record<string, TemplateResource>) {
  const source = { stackName: 'darkroom-dev', template: { Resources: resources }, parameters: {} }
  return lambdaFunctions(resolveTemplate(source, { accountId: '000000000000', region: 'us-east-1' }), '/package')
}

function lambda(properties: Record<string, unknown> = {}): TemplateResource {
  const required = {
    Code: { S3Key: 'serverless/darkroom/dev/1-2026/merge.zip' },
    Handler: 'a/b.handler',
    Role: 'arn:role',
  }
  return { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'nodejs24.x', ...required, ...properties } }
}

describe('the functions of a stack', () => {
  it('have AWS defaults where the template says nothing', () => {
    const [found] = functionsOf({ Merge: lambda() })
    expect(found).to.include({
      timeoutSeconds: 3,
      memoryMegabytes: 128,
      retryAttempts: 2,
      zipFile: '/package/merge.zip',
    })
    expect(found!.name).to.match(/^darkroom-dev-Merge-[A-Za-z0-9]{12}$/)
    expect(found!.logGroup).to.equal(`/aws/lambda/${found!.name}`)
  })

  it('take what the template says', () => {
    const [found] = functionsOf({
      Merge: lambda({
        FunctionName: 'merge',
        Timeout: '60',
        MemorySize: 512,
        ReservedConcurrentExecutions: 3,
        Environment: { Variables: { PARTS: 7, ARN: { 'Fn::GetAtt': ['Table', 'Arn'] } } },
      }),
      Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'merges' } },
      Retries: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { FunctionName: { Ref: 'Merge' }, Qualifier: '$LATEST', MaximumRetryAttempts: 0 },
      },
    })
    expect(found).to.include({ name: 'merge', timeoutSeconds: 60, reservedConcurrency: 3, retryAttempts: 0 })
    expect(found!.environment).to.eql({ PARTS: '7', ARN: 'arn:aws:dynamodb:us-east-1:000000000000:table/merges' })
  })

  it('must be zipped Node.js', () => {
    expect(() => functionsOf({ Merge: lambda({ Runtime: 'python3.13' }) })).to.throw(
      'Resources.Merge.Properties.Runtime: the laptop stack does not run python3.13',
    )
    expect(() => functionsOf({ Merge: lambda({ Code: { ZipFile: '' } }) })).to.throw('packaged zip files only')
  })

  it('have no destinations', () => {
    const destinations = { FunctionName: { Ref: 'Merge' }, DestinationConfig: { OnFailure: { Destination: 'arn' } } }
    const resources = {
      Merge: lambda(),
      Destinations: { Type: 'AWS::Lambda::EventInvokeConfig', Properties: destinations },
    }
    expect(() => functionsOf(resources)).to.throw('no destinations')
  })
})
