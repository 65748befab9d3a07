import { expect } from 'chai'
import { checkQuota, checkQuotas } from '../../../../../local/services/sagemaker/quotas.ts'
import type { DeployedVariant, EndpointRecord } from '../../../../../local/services/sagemaker/records.ts'

const variant = (instanceType: string, desiredCount: number): DeployedVariant => ({
  name: 'prod',
  modelName: 'm',
  instanceType,
  initialCount: desiredCount,
  desiredCount,
  weight: 1,
  container: { image: 'a', environment: {}, roleArn: 'role' },
})
const endpoint = (status: EndpointRecord['status'], ...variants: DeployedVariant[]): EndpointRecord => ({
  name: 'e',
  arn: 'arn',
  configName: 'c',
  status,
  variants,
  createdAt: 0,
  modifiedAt: 0,
  tags: [],
})

describe('quotas of instances', () => {
  it('count what runs, not what failed, and speak in AWS’s words', () => {
    const endpoints = [
      endpoint('InService', variant('ml.g5.xlarge', 2)),
      endpoint('Failed', variant('ml.g5.xlarge', 5)),
    ]
    const quotas = { 'ml.g5.xlarge': 3, '*': 1 }
    expect(() => checkQuotas([variant('ml.g5.xlarge', 1)], { endpoints, quotas })).to.not.throw()
    expect(() => checkQuotas([variant('ml.g5.xlarge', 2)], { endpoints, quotas })).to.throw(
      "The account-level service limit 'ml.g5.xlarge for endpoint usage' is 3 Instances, with current utilization of 2 Instances and a request delta of 2 Instances. Please use AWS Service Quotas",
    )
    expect(() => checkQuotas([variant('ml.c5.large', 2)], { endpoints, quotas })).to.throw('ml.c5.large')
    expect(() => checkQuotas([variant('ml.c5.large', 20)], { endpoints })).to.not.throw()
  })

  it('may be for one use of a type of instance', () => {
    const spot = { instanceType: 'ml.g5.xlarge', usage: 'spot training job usage', inUse: 1, requested: 1 } as const
    const check = (quotas: Record<string, number>) => () => checkQuota(spot, quotas)
    expect(check({ 'ml.g5.xlarge for spot training job usage': 1, 'ml.g5.xlarge': 9 })).to.throw(
      "'ml.g5.xlarge for spot training job usage' is 1 Instances, with current utilization of 1 Instances",
    )
    expect(check({ 'ml.g5.xlarge for training job usage': 1 })).to.not.throw()
    expect(check({ 'ml.g5.xlarge': 2, '* for spot training job usage': 0, '*': 0 })).to.not.throw()
    expect(check({ '* for spot training job usage': 1, '*': 9 })).to.throw('is 1 Instances')
  })

  it('let an endpoint scale to nothing at all', () => {
    expect(() =>
      checkQuotas([variant('ml.g5.xlarge', 0)], { endpoints: [], quotas: { 'ml.g5.xlarge': 0 } }),
    ).to.not.throw()
  })
})
