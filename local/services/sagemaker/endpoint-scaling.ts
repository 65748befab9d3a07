import type { VariantCapacity } from '../autoscaling/run-policy.ts'
import type { MetricSample } from '../cloudwatch/metric-store.ts'
import type { AsyncQueue } from '../sagemaker-runtime/async-queue.ts'
import { backlogMetrics, type InvocationCounts } from '../sagemaker-runtime/endpoint-metrics.ts'
import type { EndpointBook } from './lifecycle/endpoint-book.ts'
import type { EndpointLifecycle } from './lifecycle/endpoint-lifecycle.ts'
import { changeCapacities } from './operations/endpoints.ts'
import type { SageMakerContext } from './sagemaker-context.ts'

export interface MetricSources {
  endpoints: EndpointBook
  lifecycle: EndpointLifecycle
  queue: AsyncQueue
  counts: InvocationCounts
}

/** What CloudWatch is told of endpoints. */
export function metricsOf({ endpoints, lifecycle, queue, counts }: MetricSources): () => MetricSample[] {
  return () => [
    ...endpoints
      .all()
      .filter(({ asyncInference }) => asyncInference !== undefined)
      .flatMap((record) => backlogMetrics(record, queue.backlog(record.name), lifecycle.fleetsOf(record.name))),
    ...counts.take((name) => lifecycle.fleetsOf(name)),
  ]
}

/** What Application Auto Scaling sees and changes. */
export function capacityOf(context: SageMakerContext): VariantCapacity {
  return {
    read(endpointName, variantName) {
      const record = context.endpoints.find(endpointName)
      const variant = record?.variants.find(({ name }) => name === variantName)
      return record && variant && { desired: variant.desiredCount, canChange: record.status === 'InService' }
    },
    change: (endpointName, variantName, desired) =>
      changeCapacities(context, endpointName, [{ VariantName: variantName, DesiredInstanceCount: desired }]),
  }
}
