import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { packageWhenStale } from '../../local/packaging/package-when-stale.ts'
import { loadStack } from '../../local/template/load-stack.ts'
import { roles } from '../../local/template/roles.ts'
import type { Stack } from '../../local/template/stack.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const PACKAGE = join(ROOT, '.serverless')
const LARGEST_ZIP = 300 * 1024
/** Decoders for JPEG and WebP are in one function only. */
const LARGEST_ZIP_OF: Readonly<Record<string, number>> = { CheckImagesLambdaFunction: 400 * 1024 }

/** Actions for which AWS knows no resource, so that a role can only say `*`. */
const WITHOUT_RESOURCE =
  /^(logs:(.*LogDelivery|ListLogDeliveries|PutResourcePolicy|Describe.*|CreateLogStream|PutLogEvents)|xray:.*|cloudwatch:PutMetricData|ecr:GetAuthorizationToken|application-autoscaling:DescribeScalingPolicies)$/

interface Statement {
  Action: string | string[]
  Resource: string | string[]
}

const listOf = (value: string | string[]): string[] => (Array.isArray(value) ? value : [value])

describe('the package', () => {
  let stack: Stack

  before(async function () {
    this.timeout(120_000)
    await packageWhenStale(ROOT)
    stack = loadStack({
      directory: PACKAGE,
      accountId: '123456789012',
      region: 'eu-west-1',
      parameters: { Email: 'you@example.com' },
    })
  })

  it('holds each function alone, with its map, in less than 300 KB', () => {
    for (const { logicalId, properties } of stack.byType('AWS::Lambda::Function')) {
      const key = (properties.Code as { S3Key: string }).S3Key
      expect(statSync(join(PACKAGE, key.slice(key.lastIndexOf('/') + 1))).size, logicalId).to.be.below(
        LARGEST_ZIP_OF[logicalId] ?? LARGEST_ZIP,
      )
    }
  })

  it('runs every function on Node.js 24 and arm64', () => {
    for (const { properties } of stack.byType('AWS::Lambda::Function')) {
      expect(properties).to.deep.include({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })
    }
  })

  it('gives no role a wildcard where AWS takes something narrower', () => {
    const wide = roles(stack).flatMap(({ name, policies }) =>
      (policies as unknown as { Statement: Statement[] }[]).flatMap(({ Statement }) =>
        Statement.filter(({ Resource }) => listOf(Resource).includes('*')).flatMap(({ Action }) =>
          listOf(Action)
            .filter((action) => !WITHOUT_RESOURCE.test(action))
            .map((action) => `${name}: ${action}`),
        ),
      ),
    )
    expect(wide).to.deep.equal([])
  })

  it('gives no role every action of a service', () => {
    const all = roles(stack).flatMap(({ policies }) =>
      (policies as unknown as { Statement: Statement[] }[]).flatMap(({ Statement }) =>
        Statement.flatMap(({ Action }) => listOf(Action)).filter((action) => action.endsWith(':*')),
      ),
    )
    expect(all).to.deep.equal([])
  })

  it('gives each function and each machine a role of its own', () => {
    const owners = [...stack.byType('AWS::Lambda::Function'), ...stack.byType('AWS::StepFunctions::StateMachine')]
    const arns = owners.map(({ properties }) => properties.Role ?? properties.RoleArn)
    expect(new Set(arns).size).to.equal(owners.length)
  })

  it('keeps the bucket private, encrypted and free of abandoned uploads', () => {
    const bucket = stack.resources.get('Bucket')?.properties ?? {}
    expect(bucket.PublicAccessBlockConfiguration).to.deep.equal({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    })
    expect(bucket).to.have.nested.property('BucketEncryption.ServerSideEncryptionConfiguration').with.length(1)
    const { Rules } = bucket.LifecycleConfiguration as { Rules: { AbortIncompleteMultipartUpload?: object }[] }
    expect(Rules).to.deep.include({
      Id: 'abort-incomplete-uploads',
      Status: 'Enabled',
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    })
  })

  it('stands an authorizer and the API key before every route', () => {
    for (const { logicalId, properties } of stack.byType('AWS::ApiGateway::Method')) {
      if (properties.HttpMethod === 'OPTIONS') continue
      expect(properties, logicalId).to.include({ ApiKeyRequired: true, AuthorizationType: 'CUSTOM' })
    }
  })

  it('names what the deployment puts out', () => {
    expect(stack.outputs).to.include.keys('ApiGatewayUrl', 'ApiKeyId', 'BucketName', 'TopicArn')
  })

  it('has neither a mail address nor a key in it', () => {
    const template = JSON.parse(readFileSync(join(PACKAGE, 'cloudformation-template-update-stack.json'), 'utf8'))
    expect(template.Parameters.Email).not.to.have.property('Default')
    expect(template.Parameters.ApiKeyValue).to.include({ NoEcho: true, Default: '' })
    expect(JSON.stringify(template)).not.to.contain('@laptop.local')
  })

  it('refuses to deploy without a mail address, and says what to add', () => {
    const deploy = () => loadStack({ directory: PACKAGE, accountId: '123456789012', region: 'eu-west-1' })
    expect(deploy).to.throw('--param email=you@example.com')
  })

  it('holds nothing of the laptop stack', () => {
    const state = readFileSync(join(PACKAGE, 'cloudformation-template-update-stack.json'), 'utf8')
    expect(state).not.to.match(/127\.0\.0\.1|localhost|\blocal\//)
  })
})
