import { deletionCause } from '../../shared/trainings/deletion-cause.ts'
import { latestJobState } from '../../shared/trainings/latest-job-state.ts'
import type { FinalTrainingStatus, TrainingRecord } from '../../shared/trainings/training-record.ts'
import { type CleanUpTrainingContext, cleanUpTraining } from '../../tasks/clean-up-training/clean-up-training.ts'
import { concludeTraining } from './conclude-training.ts'
import { jobLinks } from './job-links.ts'
import type { Lifecycle, Story } from './lifecycle.ts'
import { OUTCOME_WORDS } from './mail-parts.ts'
import { trainingMail } from './training-mail.ts'

/** What the announcement of trainings works on. */
export interface TrainingAnnouncing extends CleanUpTrainingContext {
  apiUrl: string
  consoleUrlBase?: string | undefined
}

type EndedTraining = TrainingRecord & { status: FinalTrainingStatus }

/** How the end of a training is announced. */
export function createTrainingLifecycle(context: TrainingAnnouncing): Lifecycle<TrainingRecord> {
  return {
    table: context.trainingsTable,
    conclude: (ending) => concludeTraining(context.trainingsTable, ending),
    // One that died before its first state has no checkpoint id, and made nothing.
    cleanUp: async (record) => {
      if (record.checkpointId !== '') await cleanUpTraining(context, record)
    },
    tell: async (record, cleanedUp) => {
      // The job's last event may not be on the record yet.
      const job = await latestJobState(record)
      return tellTraining(context, { ...(record as EndedTraining), ...(job ? { job } : {}) }, cleanedUp)
    },
  }
}

function tellTraining(context: TrainingAnnouncing, record: EndedTraining, cleanedUp: boolean): Story {
  const { status, result, request } = record
  const links = {
    ...jobLinks(context, `/trainings/${encodeURIComponent(record.id)}`, record.executionArn),
    ...(result ? { output: `${result.location}/${result.names[0]}` } : {}),
  }
  const story: Story = {
    detailType: `Training ${OUTCOME_WORDS[status].replace('was ', '')}`,
    event: {
      lifecycle: 'train-dreambooth',
      id: record.id,
      name: record.name,
      // The record shows only its last status; its attempts show whether it came as far as training.
      from: record.attempt === undefined ? 'Preparing' : 'Training',
      to: status,
      reason: record.reason ?? null,
      requestedBy: record.requestedBy,
      startedAt: record.startedAt,
      endedAt: record.endedAt ?? record.updatedAt,
      links,
    },
  }
  if (request.notify === false || isOwnDeletion(record)) return story
  return { ...story, mail: trainingMail(record, { outcome: status, links, cleanedUp }) }
}

/** Who deletes a training of their own knows, and the mail's links would lead nowhere. */
function isOwnDeletion({ reason, requestedBy }: TrainingRecord): boolean {
  return reason?.cause === deletionCause(requestedBy)
}
