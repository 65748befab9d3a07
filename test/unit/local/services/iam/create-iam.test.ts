import { expect } from 'chai'
import { createIam } from '../../../../../local/services/iam/create-iam.ts'

const accountId = '000000000000'
const roleArn = `arn:aws:iam::${accountId}:role/darkroom/plan-merge-role`
const topic = `arn:aws:sns:us-east-1:${accountId}:mail`
const createWith = (secret: string) =>
  createIam({
    accountId,
    secret,
    roles: [
      {
        arn: roleArn,
        name: 'plan-merge-role',
        policies: [{ Statement: { Effect: 'Allow', Action: 'sns:Publish', Resource: topic } }],
      },
    ],
  })

describe('createIam', () => {
  const iam = createWith('secret')

  it('knows the operator, who may do everything', () => {
    const identity = iam.findByAccessKey('test')!
    expect(identity).to.deep.equal({
      principal: { arn: `arn:aws:iam::${accountId}:root`, accountId, accessKeyId: 'test' },
      secretAccessKey: 'test',
    })
    iam.authorize(identity.principal, 's3:DeleteBucket', '*')
  })

  it('gives a role credentials that are found again and survive a restart', () => {
    const credentials = iam.credentialsFor(roleArn)
    expect(credentials.accessKeyId).to.match(/^ASIA[A-Z2-7]{16}$/)
    expect(credentials.secretAccessKey).to.have.length(40)
    const restarted = createWith('secret')
    expect(restarted.findByAccessKey(credentials.accessKeyId)).to.deep.equal({
      principal: {
        arn: `arn:aws:sts::${accountId}:assumed-role/plan-merge-role/darkroom`,
        accountId,
        accessKeyId: credentials.accessKeyId,
      },
      secretAccessKey: credentials.secretAccessKey,
      sessionToken: credentials.sessionToken,
    })
  })

  it('derives other credentials in another data directory', () => {
    expect(createWith('other').credentialsFor(roleArn).accessKeyId).not.to.equal(
      iam.credentialsFor(roleArn).accessKeyId,
    )
  })

  it("lets a role do what its policies allow and denies the rest in AWS's words", () => {
    const { principal } = iam.findByAccessKey(iam.credentialsFor(roleArn).accessKeyId)!
    iam.authorize(principal, 'sns:Publish', topic)
    iam.authorizeAs(roleArn, 'sns:Publish', topic)
    const sentence =
      `User: arn:aws:sts::${accountId}:assumed-role/plan-merge-role/darkroom is not authorized to perform: sns:Subscribe ` +
      `on resource: ${topic} because no identity-based policy allows the sns:Subscribe action`
    expect(() => iam.authorize(principal, 'sns:Subscribe', topic)).to.throw(sentence)
    expect(() => iam.authorizeAs(roleArn, 'sns:Subscribe', topic)).to.throw(sentence)
  })

  it('lets a role that the template does not have do everything', () => {
    const invented = `arn:aws:iam::${accountId}:role/invented`
    const { principal } = iam.findByAccessKey(iam.credentialsFor(invented).accessKeyId)!
    iam.authorize(principal, 'sns:Subscribe', topic)
    iam.authorizeAs(invented, 'sns:Subscribe', topic)
  })

  it('denies a principal whose key it never issued', () => {
    expect(() => iam.authorize({ arn: 'anonymous', accountId, accessKeyId: '' }, 's3:GetObject', '*')).to.throw(
      /anonymous is not authorized/,
    )
  })
})
