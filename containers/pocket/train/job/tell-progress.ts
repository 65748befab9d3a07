/** Milliseconds from one line to the next. */
const TOLD_EVERY = 1000

export interface StepReport {
  readonly step: number
  readonly loss: number
  readonly learningRate: number
}

export interface ProgressOptions {
  readonly steps: number
  readonly log: (line: string) => void
  readonly now: () => number
}

/** Writes the lines that metrics are read from, about one a second and one for the last step; the loss is the mean since the last line. */
export function createProgress({ steps, log, now }: ProgressOptions): (report: StepReport) => void {
  const started = now()
  let told = started
  let losses: number[] = []
  return ({ step, loss, learningRate }) => {
    losses.push(loss)
    if (now() - told < TOLD_EVERY && step < steps) return
    told = now()
    const mean = losses.reduce((sum, each) => sum + each, 0) / losses.length
    losses = []
    const seconds = ((told - started) / 1000).toFixed(1)
    log(`progress step=${step} of=${steps} loss=${mean.toFixed(4)} lr=${shorten(learningRate)} seconds=${seconds}`)
  }
}

function shorten(rate: number): string {
  return String(Number(rate.toPrecision(4)))
}
