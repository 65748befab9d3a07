import { systemClock } from '../../shared/clock.ts'
import { modelLocation } from '../../shared/models/model-record.ts'
import { cleanUpModel } from '../../tasks/clean-up-model/clean-up-model.ts'
import { concludeModel, type EndedModel } from './conclude-model.ts'
import { jobLinks } from './job-links.ts'
import type { Lifecycle, Story } from './lifecycle.ts'
import { OUTCOME_WORDS } from './mail-parts.ts'
import { modelMail } from './model-mail.ts'

/** What the announcements of packaged models work on. */
export interface ModelAnnouncing {
  bucket: string
  modelsTable: string
  apiUrl: string
  consoleUrlBase?: string | undefined
}

/** How the end of a model's creation is announced. */
export function createModelLifecycle(context: ModelAnnouncing): Lifecycle<EndedModel> {
  return {
    table: context.modelsTable,
    conclude: (ending) => concludeModel(context.modelsTable, ending),
    cleanUp: ({ record }) => cleanUpModel({ ...context, clock: systemClock }, record),
    tell: async (ended, cleanedUp) => tellModel(context, ended, cleanedUp),
  }
}

function tellModel(context: ModelAnnouncing, { record, ending }: EndedModel, cleanedUp: boolean): Story {
  const { outcome, startedAt, endedAt } = ending
  const isMade = outcome === 'Succeeded'
  const links = {
    ...jobLinks(context, `/models/${encodeURIComponent(record.id)}`, ending.executionArn),
    ...(isMade ? { output: modelLocation(context.bucket, record) } : {}),
  }
  const story: Story = {
    detailType: `Model creation ${OUTCOME_WORDS[outcome].replace('was ', '')}`,
    event: {
      lifecycle: 'create-model',
      id: record.id,
      name: record.name,
      from: 'Creating',
      to: outcome,
      reason: isMade ? null : (record.reason ?? ending.reason ?? null),
      requestedBy: record.createdBy,
      startedAt,
      endedAt,
      links,
    },
  }
  if (record.notify === false) return story
  return { ...story, mail: modelMail(record, { ending, links, cleanedUp }) }
}
