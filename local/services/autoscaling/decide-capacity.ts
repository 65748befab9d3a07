import type { AdjustmentType, StepAdjustment, StepScaling, TargetTracking } from './records.ts'

/** What a policy knows when its alarm calls. */
export interface ScalingQuestion {
  /** Instances there are. */
  capacity: number
  /** The metric's newest value. */
  value: number
}

/** Capacity after the step that the metric's distance from the alarm's threshold falls into; undefined when it falls into none. */
export function decideStep(
  policy: StepScaling,
  { capacity, value, threshold }: ScalingQuestion & { threshold: number },
): number | undefined {
  const step = policy.StepAdjustments.find((one) => contains(one, value - threshold))
  if (step === undefined) return undefined
  const { MinAdjustmentMagnitude = 1 } = policy
  return ADJUSTMENTS[policy.AdjustmentType](capacity, step.ScalingAdjustment, MinAdjustmentMagnitude)
}

/** Capacity at which the metric per instance would meet the target; never less than what serves it when scaling in is off. */
export function decideTracking(policy: TargetTracking, { capacity, value }: ScalingQuestion): number {
  const wanted = Math.ceil((capacity * value) / policy.TargetValue)
  return policy.DisableScaleIn ? Math.max(capacity, wanted) : wanted
}

const ADJUSTMENTS: Record<AdjustmentType, (capacity: number, adjustment: number, magnitude: number) => number> = {
  ChangeInCapacity: (capacity, adjustment) => capacity + adjustment,
  ExactCapacity: (_, adjustment) => adjustment,
  PercentChangeInCapacity(capacity, adjustment, magnitude) {
    const change = Math.trunc((capacity * adjustment) / 100)
    const least = Math.max(Math.abs(change), magnitude)
    return capacity + Math.sign(adjustment) * least
  },
}

/** The lower bound belongs to intervals above the threshold, the upper bound to those below. */
function contains(step: StepAdjustment, distance: number): boolean {
  const { MetricIntervalLowerBound: lower = -Infinity, MetricIntervalUpperBound: upper = Infinity } = step
  return distance >= 0 ? distance >= lower && distance < upper : distance > lower && distance <= upper
}
