import { setTimeout as sleep } from 'node:timers/promises'
import { SFNClient } from '@aws-sdk/client-sfn'
import type { ApiClient } from './api-client.ts'
import { awsOptions } from './aws-options.ts'
import type { DemoContext } from './demo-context.ts'
import { followExecution } from './follow-execution.ts'
import { drawBar, formatDuration, type Terminal } from './terminal.ts'

/** `GET /trainings/{id}`, as far as the demo reads it. */
export interface TrainingView {
  id: string
  status: string
  progress?: { step?: number; steps?: number; loss?: number; secondaryStatus?: string }
  result?: { checkpointId: string; names: string[] }
  reason?: { error: string; cause: string }
  links: { execution: string }
}

const POLL_MILLISECONDS = 1000

/** Starts a training, shows its states and its progress, and answers what has become of it. */
export async function train(
  { stack, terminal, signal, unfinished }: DemoContext,
  api: ApiClient,
  body: Record<string, unknown>,
): Promise<TrainingView> {
  const { data, status } = await api.call<TrainingView>('POST', '/trainings', body)
  unfinished.trainingId = data.id
  terminal.line(`\nPOST /trainings → ${status}, execution ${data.id}`)
  const watching = new AbortController()
  const watched = watchProgress(api, data.id, {
    signal: AbortSignal.any([signal, watching.signal]),
    terminal,
  })
  try {
    await followExecution({
      sfn: new SFNClient(awsOptions(stack)),
      executionArn: data.links.execution,
      signal,
      onIterations: () => {},
      onState: ({ name, milliseconds }) => terminal.line(`  ✔ ${name.padEnd(22)} ${formatDuration(milliseconds)}`),
    })
  } finally {
    watching.abort()
    await watched
  }
  delete unfinished.trainingId
  return (await api.call<TrainingView>('GET', `/trainings/${data.id}`)).data
}

/** Draws how far it is, and leaves a line at each quarter. */
async function watchProgress(
  api: ApiClient,
  id: string,
  { signal, terminal }: { signal: AbortSignal; terminal: Terminal },
): Promise<void> {
  let told = 0
  while (!signal.aborted) {
    const { data } = await api.call<TrainingView>('GET', `/trainings/${id}`)
    if (signal.aborted) return
    const { step = 0, steps = 1 } = data.progress ?? {}
    const quarter = Math.floor((4 * step) / steps)
    if (quarter > told) terminal.line(progressLine(data))
    else terminal.draw(progressLine(data))
    told = quarter
    await sleep(POLL_MILLISECONDS, undefined, { signal }).catch(() => {})
  }
}

function progressLine({ progress = {} }: TrainingView): string {
  const { step, steps, loss, secondaryStatus = 'preparing' } = progress
  if (step === undefined || steps === undefined) return `  … ${secondaryStatus}`
  const lossSaid = loss === undefined ? '' : `, loss ${loss.toFixed(3)}`
  return `  … Train  ${drawBar(step, steps)}  step ${step} of ${steps}${lossSaid}`
}
