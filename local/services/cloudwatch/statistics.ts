export type Statistic = 'Average' | 'Sum' | 'Minimum' | 'Maximum' | 'SampleCount'

const STATISTICS: Record<Statistic, (values: number[]) => number> = {
  Average: (values) => sum(values) / values.length,
  Sum: sum,
  Minimum: (values) => Math.min(...values),
  Maximum: (values) => Math.max(...values),
  SampleCount: (values) => values.length,
}

/** The statistic of a period's values; undefined when there are none. */
export function statisticOf(statistic: Statistic, values: number[]): number | undefined {
  return values.length === 0 ? undefined : STATISTICS[statistic](values)
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
