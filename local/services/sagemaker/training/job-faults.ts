import type { Fault, Faults } from '../faults.ts'
import { CAPACITY_REASON, INTERNAL_REASON, TrainingFailure } from './training-failure.ts'
import type { TrainingJobRecord } from './training-record.ts'

/** Throws `TrainingFailure` when a fault says that the job fails. */
export function failWhenTold(faults: Faults, { name }: TrainingJobRecord): void {
  const failure = faults.take('fail-training', { job: name })
  if (failure) throw new TrainingFailure(failure.reason ?? INTERNAL_REASON)
}

/** Whether a fault says that there is no instance, and for how many seconds; throws `TrainingFailure` when nobody waits for one. */
export function missingCapacity(faults: Faults, { name, plan }: TrainingJobRecord): { seconds?: number } | undefined {
  const fault = faults.take('capacity', { job: name, instanceType: plan.instanceType })
  if (fault === undefined) return undefined
  if (fault.seconds === undefined && !plan.isSpot) throw new TrainingFailure(CAPACITY_REASON)
  return fault.seconds === undefined ? {} : { seconds: fault.seconds }
}

export interface InterruptionWatch {
  faults: Faults
  /** Calls back in so many seconds. */
  wait(seconds: number, fire: () => void): void
  /** Takes the instance away. */
  interrupt(): void
}

/** Has a spot instance taken away when a fault says so; answers what to call at every sign of progress. */
export function watchInterruption(
  { name, plan }: TrainingJobRecord,
  { faults, wait, interrupt }: InterruptionWatch,
): () => void {
  if (!plan.isSpot) return () => undefined
  let fault: Fault | undefined
  const look = (): void => {
    fault = faults.take('interrupt', { job: name })
    if (fault?.seconds !== undefined) wait(fault.seconds, interrupt)
  }
  look()
  return () => {
    if (fault === undefined) look()
    if (fault !== undefined && fault.seconds === undefined) interrupt()
  }
}
