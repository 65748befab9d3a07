import { imageKey } from '../../shared/inferences/inference-keys.ts'
import type { InferenceRecord } from '../../shared/inferences/inference-record.ts'
import { cleanUpInference } from '../../tasks/clean-up-inference/clean-up-inference.ts'
import { concludeInference, type EndedInference } from './conclude-inference.ts'
import { inferenceMail } from './inference-mail.ts'
import { jobLinks } from './job-links.ts'
import type { Lifecycle, Story } from './lifecycle.ts'
import { OUTCOME_WORDS } from './mail-parts.ts'

/** What the announcement of inferences works on. */
export interface InferenceAnnouncing {
  bucket: string
  inferencesTable: string
  apiUrl: string
  consoleUrlBase?: string | undefined
  cloudfrontDomain?: string | undefined
}

/** How the end of an inference is announced. */
export function createInferenceLifecycle(context: InferenceAnnouncing): Lifecycle<EndedInference> {
  return {
    table: context.inferencesTable,
    conclude: (ending) => concludeInference(context.inferencesTable, ending),
    cleanUp: ({ record }) => cleanUpInference(context, record.id),
    tell: async (ended, cleanedUp) => tellInference(context, ended, cleanedUp),
  }
}

/** Nobody wants a mail for every picture: one comes when it was asked for, and when something went wrong. */
function tellInference(context: InferenceAnnouncing, { record, ending }: EndedInference, cleanedUp: boolean): Story {
  const { outcome } = ending
  const links = {
    ...jobLinks(context, `/inferences/${encodeURIComponent(record.id)}`, ending.executionArn),
    ...(record.status === 'succeed' ? { output: outputOf(context, record) } : {}),
  }
  const story: Story = {
    detailType: `Inference ${OUTCOME_WORDS[outcome].replace('was ', '')}`,
    event: {
      lifecycle: 'async-inference',
      id: record.id,
      name: record.prompt?.slice(0, 255) ?? record.taskType,
      from: 'inprogress',
      to: outcome,
      reason: record.reason ?? null,
      requestedBy: record.createdBy,
      startedAt: record.startedAt ?? ending.startedAt,
      endedAt: record.completedAt ?? ending.endedAt,
      links,
    },
  }
  const isTold = record.notify || outcome === 'Failed' || outcome === 'TimedOut'
  if (!isTold) return story
  const images = record.imageNames.map((name) => addressOf(context, record, name))
  return { ...story, mail: inferenceMail(record, { outcome, links, images, cleanedUp }) }
}

function outputOf({ bucket }: InferenceAnnouncing, { id }: InferenceRecord): string {
  return `s3://${bucket}/${imageKey(id, '')}`
}

/** A mail is read tomorrow: the distribution's address is good then, a presigned one is not. */
function addressOf({ bucket, cloudfrontDomain }: InferenceAnnouncing, { id }: InferenceRecord, name: string): string {
  const place = cloudfrontDomain === undefined ? `s3://${bucket}` : `https://${cloudfrontDomain}`
  return `${place}/${imageKey(id, name)}`
}
