/** One value of a metric, as a service tells it. */
export interface MetricSample {
  namespace: string
  metricName: string
  dimensions: Record<string, string>
  value: number
}

export interface DataPoint {
  /** Milliseconds since the epoch. */
  at: number
  value: number
}

export interface MetricIdentity {
  namespace: string
  metricName: string
  dimensions: Record<string, string>
}

/** The values of all metrics, in memory. */
export interface MetricStore {
  add(sample: MetricSample, at: number): void
  /** Values of a metric from `from` on, before `to`, oldest first. */
  between(metric: MetricIdentity, from: number, to: number): number[]
  metrics(): MetricIdentity[]
}

const KEPT_PER_METRIC = 10_000

export function createMetricStore(): MetricStore {
  const series = new Map<string, { metric: MetricIdentity; points: DataPoint[] }>()
  return {
    add({ value, ...metric }, at) {
      const key = keyOf(metric)
      const known = series.get(key) ?? { metric, points: [] }
      known.points.push({ at, value })
      if (known.points.length > 2 * KEPT_PER_METRIC) known.points = known.points.slice(-KEPT_PER_METRIC)
      series.set(key, known)
    },
    between(metric, from, to) {
      const points = series.get(keyOf(metric))?.points ?? []
      return points.filter(({ at }) => at >= from && at < to).map(({ value }) => value)
    },
    metrics: () => [...series.values()].map(({ metric }) => metric),
  }
}

function keyOf({ namespace, metricName, dimensions }: MetricIdentity): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([namespace, metricName, sorted])
}
