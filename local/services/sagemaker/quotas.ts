import type { DeployedVariant, EndpointRecord } from './records.ts'
import { type QuotaBreach, quotaExceeded } from './sagemaker-errors.ts'

const GENEROUS = 20

/** Throws `ResourceLimitExceeded` when starting `variants` beside what `endpoints` run would exceed a quota. */
export function checkQuotas(
  variants: DeployedVariant[],
  { endpoints, quotas = {} }: { endpoints: EndpointRecord[]; quotas?: Record<string, number> | undefined },
): void {
  const requested = countByType(variants)
  const inUse = countByType(endpoints.filter(({ status }) => status !== 'Failed').flatMap((one) => one.variants))
  for (const [instanceType, count] of requested)
    checkQuota({ instanceType, usage: 'endpoint usage', inUse: inUse.get(instanceType) ?? 0, requested: count }, quotas)
}

/** Throws `ResourceLimitExceeded` when `requested` instances beside those in use exceed the quota. */
export function checkQuota(demand: Omit<QuotaBreach, 'quota'>, quotas: Record<string, number> = {}): void {
  const { instanceType, usage, inUse, requested } = demand
  const quota =
    quotas[`${instanceType} for ${usage}`] ??
    quotas[instanceType] ??
    quotas[`* for ${usage}`] ??
    quotas['*'] ??
    GENEROUS
  if (requested > 0 && inUse + requested > quota) throw quotaExceeded({ ...demand, quota })
}

function countByType(variants: DeployedVariant[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { instanceType, desiredCount } of variants)
    counts.set(instanceType, (counts.get(instanceType) ?? 0) + desiredCount)
  return counts
}
