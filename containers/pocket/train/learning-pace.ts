/** Share of the learning rate at a place from 0 to 1 on the way. */
type Schedule = (place: number) => number

// Cosines of different engines differ in their last digits, so they are cut off.
const cosine: Schedule = (place) => Math.round((0.5 + 0.5 * Math.cos(Math.PI * place)) * 1e6) / 1e6

const BY_NAME = {
  constant: () => 1,
  constant_with_warmup: () => 1,
  linear: (place) => 1 - place,
  polynomial: (place) => 1 - place,
  cosine,
  cosine_with_restarts: cosine,
} as const satisfies Record<string, Schedule>

export type ScheduleName = keyof typeof BY_NAME

/** The names that trainers of Stable Diffusion know; of restarts there is one, as is their default. */
export const SCHEDULES = Object.keys(BY_NAME) as ScheduleName[]

export interface PaceOptions {
  readonly schedule: ScheduleName
  readonly steps: number
  /** Steps over which the rate rises from zero. */
  readonly warmupSteps: number
}

/** Share of the learning rate for a step, which counts from 1. */
export function learningPace(step: number, { schedule, steps, warmupSteps }: PaceOptions): number {
  if (step <= warmupSteps) return step / (warmupSteps + 1)
  return BY_NAME[schedule]((step - 1 - warmupSteps) / Math.max(1, steps - warmupSteps))
}
