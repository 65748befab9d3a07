import { type Properties, readFlag, readNumber, readProperties, readText } from '../read-properties.ts'
import type { ApiKey, TemplateResource, UsagePlanModel } from './api-model.ts'

type Quota = NonNullable<UsagePlanModel['quota']>

/** The AWS::ApiGateway::ApiKey resources that are switched on and have a value. */
export function readApiKeys(resources: readonly TemplateResource[], values: ReadonlyMap<string, string>): ApiKey[] {
  return resources.flatMap(({ physicalId, properties }) => {
    const enabled = properties.Enabled === undefined || readFlag(properties, 'Enabled')
    const value = values.get(physicalId) ?? readText(properties, 'Value')
    return enabled && value ? [{ id: physicalId, value }] : []
  })
}

/** The AWS::ApiGateway::UsagePlan resources with the keys that AWS::ApiGateway::UsagePlanKey puts in them. */
export function readUsagePlans(
  plans: readonly TemplateResource[],
  memberships: readonly TemplateResource[],
): UsagePlanModel[] {
  return plans.map(({ physicalId, properties }) => {
    const throttle = readProperties(properties, 'Throttle')
    const rateLimit = readNumber(throttle, 'RateLimit')
    const burstLimit = readNumber(throttle, 'BurstLimit')
    const quota = readQuota(readProperties(properties, 'Quota'))
    return {
      id: physicalId,
      keyIds: memberships.flatMap((member) => keyIn(physicalId, member.properties)),
      ...(rateLimit !== undefined && { rateLimit }),
      ...(burstLimit !== undefined && { burstLimit }),
      ...(quota && { quota }),
    }
  })
}

function keyIn(planId: string, membership: Properties): string[] {
  return readText(membership, 'UsagePlanId') === planId ? [readText(membership, 'KeyId') ?? ''] : []
}

function readQuota(quota: Properties): Quota | undefined {
  const limit = readNumber(quota, 'Limit')
  if (limit === undefined) return undefined
  return {
    limit,
    offset: readNumber(quota, 'Offset') ?? 0,
    period: (readText(quota, 'Period') ?? 'DAY') as Quota['period'],
  }
}
