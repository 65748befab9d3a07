import type { SecondaryStatus, TrainingJobRecord, TrainingJobStatus } from './training-record.ts'
import { hasEnded } from './training-record.ts'

interface Meaning {
  /** Undefined: stays as it is. */
  status?: TrainingJobStatus
  /** AWS's words. */
  message: string
}

const MEANINGS: Record<SecondaryStatus, Meaning> = {
  Starting: { status: 'InProgress', message: 'Preparing the instances for training' },
  Downloading: { status: 'InProgress', message: 'Downloading input data' },
  Training: { status: 'InProgress', message: 'Training image download completed. Training in progress.' },
  Interrupted: { status: 'InProgress', message: 'Training job interrupted' },
  Uploading: { message: 'Uploading generated training model' },
  Stopping: { status: 'Stopping', message: 'Stopping the training job' },
  Completed: { status: 'Completed', message: 'Training job completed' },
  Failed: { status: 'Failed', message: 'Training job failed' },
  Stopped: { status: 'Stopped', message: 'Training job stopped' },
  MaxRuntimeExceeded: { status: 'Stopped', message: 'Training job runtime exceeded MaxRuntimeInSeconds provided' },
  MaxWaitTimeExceeded: { status: 'Stopped', message: 'Training job wait time exceeded MaxWaitTimeInSeconds provided' },
}

/** The record in its next secondary status; the same record when the job is being stopped and has nothing more to begin. */
export function enterStatus(
  record: TrainingJobRecord,
  secondaryStatus: SecondaryStatus,
  now: number,
): TrainingJobRecord {
  const { status = record.status, message } = MEANINGS[secondaryStatus]
  if (record.status === 'Stopping' && status === 'InProgress') return record
  const transitions = [
    ...record.transitions.map((transition) => ({ endedAt: now, ...transition })),
    { status: secondaryStatus, startedAt: now, message },
  ]
  const entered = { ...record, status, secondaryStatus, transitions, modifiedAt: now }
  return hasEnded(entered) ? ended(entered, now) : entered
}

function ended(record: TrainingJobRecord, now: number): TrainingJobRecord {
  const transitions = record.transitions.map((transition) => ({ endedAt: now, ...transition }))
  return { ...record, transitions, ...(record.startedAt !== undefined && { endedAt: now }) }
}
