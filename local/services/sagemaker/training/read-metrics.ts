import type { Metric } from './training-record.ts'

/** The metrics of a log: `read` takes them from a line, `last` has the newest value of each. */
export interface MetricReader {
  /** Whether there was any in the line. */
  read(line: string, at: number): boolean
  last(): Metric[]
}

/** A reader of metric definitions, whose first group is the value. */
export function createMetricReader(definitions: { Name: string; Regex: string }[], known: Metric[]): MetricReader {
  const metrics = new Map(known.map((metric) => [metric.name, metric]))
  const expressions = definitions.map(({ Name, Regex }) => ({ name: Name, expression: new RegExp(Regex) }))
  return {
    read(line, at) {
      const found = expressions.flatMap(({ name, expression }) => {
        const value = Number.parseFloat(expression.exec(line)?.[1] ?? '')
        return Number.isNaN(value) ? [] : [{ name, value, at }]
      })
      for (const metric of found) metrics.set(metric.name, metric)
      return found.length > 0
    },
    last: () => [...metrics.values()],
  }
}
