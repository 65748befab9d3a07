import type { MetricSample } from '../cloudwatch/metric-store.ts'
import type { Fleets } from '../sagemaker/hosting/hosting.ts'
import type { EndpointRecord } from '../sagemaker/records.ts'

const NAMESPACE = 'AWS/SageMaker'

/** What SageMaker tells CloudWatch of an asynchronous endpoint. Backlog per instance has no value without instances. */
export function backlogMetrics({ name }: EndpointRecord, backlog: number, fleets: Fleets | undefined): MetricSample[] {
  const instances = [...(fleets?.values() ?? [])].reduce((sum, fleet) => sum + fleet.size, 0)
  const sample = (metricName: string, value: number): MetricSample => ({
    namespace: NAMESPACE,
    metricName,
    dimensions: { EndpointName: name },
    value,
  })
  return [
    sample('ApproximateBacklogSize', backlog),
    sample('HasBacklogWithoutCapacity', backlog > 0 && instances === 0 ? 1 : 0),
    ...(instances > 0 ? [sample('ApproximateBacklogSizePerInstance', backlog / instances)] : []),
  ]
}

/** Invocations of variants since they were last told of. */
export class InvocationCounts {
  readonly #counts = new Map<string, { endpointName: string; variantName: string; count: number }>()

  add(endpointName: string, variantName: string): void {
    const key = `${endpointName}\0${variantName}`
    const entry = this.#counts.get(key) ?? { endpointName, variantName, count: 0 }
    entry.count += 1
    this.#counts.set(key, entry)
  }

  /** `Invocations` and `InvocationsPerInstance` of what was counted; counting begins anew. */
  take(fleetsOf: (endpointName: string) => Fleets | undefined): MetricSample[] {
    const taken = [...this.#counts.values()]
    this.#counts.clear()
    return taken.flatMap(({ endpointName, variantName, count }) => {
      const dimensions = { EndpointName: endpointName, VariantName: variantName }
      const size = fleetsOf(endpointName)?.get(variantName)?.size ?? 0
      return [
        { namespace: NAMESPACE, metricName: 'Invocations', dimensions, value: count },
        { namespace: NAMESPACE, metricName: 'InvocationsPerInstance', dimensions, value: count / Math.max(1, size) },
      ]
    })
  }
}
