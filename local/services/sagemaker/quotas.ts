import type { DeployedVariant, EndpointRecord } from './records.ts'
import { quotaExceeded } from './sagemaker-errors.ts'

const GENEROUS = 20

/** Throws `ResourceLimitExceeded` when starting `variants` beside what `endpoints` run would exceed a quota. */
export function checkQuotas(
  variants: DeployedVariant[],
  { endpoints, quotas = {} }: { endpoints: EndpointRecord[]; quotas?: Record<string, number> | undefined },
): void {
  const requested = countByType(variants)
  const inUse = countByType(endpoints.filter(({ status }) => status !== 'Failed').flatMap((one) => one.variants))
  for (const [instanceType, count] of requested) {
    const quota = quotas[instanceType] ?? quotas['*'] ?? GENEROUS
    const used = inUse.get(instanceType) ?? 0
    if (count > 0 && used + count > quota) throw quotaExceeded({ instanceType, quota, inUse: used, requested: count })
  }
}

function countByType(variants: DeployedVariant[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { instanceType, desiredCount } of variants)
    counts.set(instanceType, (counts.get(instanceType) ?? 0) + desiredCount)
  return counts
}
