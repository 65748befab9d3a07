import { readCheckpoint } from '../../shared/checkpoints/read-checkpoint.ts'
import { log } from '../../shared/log.ts'
import { mergeLinks } from '../../shared/merges/merge-links.ts'
import type { FinalMergeStatus, MergeRecord, MergeRequest } from '../../shared/merges/merge-record.ts'
import { cleanUpMerge } from '../../tasks/clean-up-merge/clean-up-merge.ts'
import { concludeMerge } from './conclude-merge.ts'
import type { DarkroomEvent, Lifecycle, Story } from './lifecycle.ts'
import { OUTCOME_WORDS } from './mail-parts.ts'
import type { InputNames } from './merge-in-words.ts'
import { mergeMail } from './merge-mail.ts'

/** What the announcement of merges works on. */
export interface MergeAnnouncing {
  bucket: string
  checkpointsTable: string
  mergesTable: string
  apiUrl: string
  consoleUrlBase?: string | undefined
}

type EndedMerge = MergeRecord & { status: FinalMergeStatus }

/** How the end of a merge is announced. */
export function createMergeLifecycle(context: MergeAnnouncing): Lifecycle<MergeRecord> {
  return {
    table: context.mergesTable,
    conclude: (ending) => concludeMerge(context.mergesTable, ending),
    cleanUp: ({ id, checkpointId }) => cleanUp(context, { id, checkpointId }),
    tell: (record, cleanedUp) => tellMerge(context, record as EndedMerge, cleanedUp),
  }
}

/** A merge that died before its first state has no checkpoint id, and made nothing. */
async function cleanUp(
  { bucket, checkpointsTable }: MergeAnnouncing,
  merge: { id: string; checkpointId: string },
): Promise<void> {
  if (merge.checkpointId !== '') await cleanUpMerge({ bucket, checkpointsTable }, merge)
}

async function tellMerge(context: MergeAnnouncing, record: EndedMerge, cleanedUp: boolean): Promise<Story> {
  const request = record.request
  const { result } = record
  const links = {
    ...mergeLinks(context, record.id, record.executionArn),
    ...(result ? { output: `s3://${result.bucket}/${result.key}` } : {}),
  }
  const story = {
    detailType: `Merge ${OUTCOME_WORDS[record.status].replace('was ', '')}`,
    event: eventOf(record, links),
  }
  if (request.notify === false) return story
  const names = await namesOfInputs(context.checkpointsTable, request)
  return { ...story, mail: mergeMail(record, { outcome: record.status, names, links, cleanedUp }) }
}

function eventOf(record: EndedMerge, links: DarkroomEvent['links']): DarkroomEvent {
  return {
    lifecycle: 'merge-checkpoint',
    id: record.id,
    name: record.name,
    // The record shows only its last status; its parts show whether it came as far as merging.
    from: record.parts === undefined ? 'Planning' : 'Merging',
    to: record.status,
    reason: record.reason ?? null,
    requestedBy: record.requestedBy,
    startedAt: record.startedAt,
    endedAt: record.endedAt ?? record.updatedAt,
    links,
  }
}

async function namesOfInputs(table: string, request: MergeRequest): Promise<InputNames> {
  const { primary, secondary, tertiary, bakeInVae } = request
  const given = Object.entries({ primary, secondary, tertiary, bakeInVae }).filter(([, input]) => input !== undefined)
  const named = await Promise.all(given.map(async ([role, input]) => [role, await nameOf(table, String(input))]))
  return { primary: '(no primary)', ...Object.fromEntries(named) }
}

/** The file name of an input that was named by its id. A name is a nicety: no mail fails for want of it. */
async function nameOf(table: string, idOrFileName: string): Promise<string> {
  try {
    return (await readCheckpoint(table, idOrFileName))?.names[0] ?? idOrFileName
  } catch (error) {
    log.error('The name of an input could not be read', { input: idOrFileName, error })
    return idOrFileName
  }
}
