import type { MergeLinks } from '../../shared/merges/merge-links.ts'
import type { MergeRecord } from '../../shared/merges/merge-record.ts'
import { adviceFor } from './advice.ts'
import type { Outcome } from './execution-ending.ts'
import { sizeInWords } from './in-words.ts'
import type { Mail } from './lifecycle.ts'
import { linkLines, OUTCOME_WORDS, signature, tookWords } from './mail-parts.ts'
import { type InputNames, mergeInWords } from './merge-in-words.ts'

/** What the mail tells beside the record. */
export interface MergeFacts {
  outcome: Outcome
  names: InputNames
  links: MergeLinks & { output?: string }
  cleanedUp: boolean
}

/** The mail about a merge that has ended. */
export function mergeMail(record: MergeRecord, facts: MergeFacts): Mail {
  const lines = facts.outcome === 'Succeeded' ? successLines(record, facts) : failureLines(record, facts)
  return { subject: `Merge "${record.name}" ${OUTCOME_WORDS[facts.outcome]}`, body: `${lines.join('\n')}\n` }
}

function successLines(record: MergeRecord, { names, links }: MergeFacts): string[] {
  return [
    `Your merge "${record.name}" is ready.`,
    '',
    `  Made of   ${mergeInWords(record.request, names)}`,
    ...(record.result ? [`  Size      ${sizeInWords(record.result.size)} (${record.result.size} bytes)`] : []),
    `  Took      ${tookWords(record)}`,
    ...(links.output ? [`  Where     ${links.output}`] : []),
    ...(record.result ? [`  Id        ${record.result.checkpointId}`] : []),
    '',
    'It is in the library under its name and can be used, merged again or downloaded from there.',
    ...linkLines(links),
    ...signature(record.requestedBy),
  ]
}

function failureLines(record: MergeRecord, { outcome, names, links, cleanedUp }: MergeFacts): string[] {
  const reason = record.reason ?? { error: 'Unknown', cause: '' }
  const { what, next } = adviceFor(reason.error)
  return [
    `Your merge "${record.name}" ${OUTCOME_WORDS[outcome]}.`,
    '',
    `  What happened   ${what}.`,
    `  In detail       ${reason.error}: ${reason.cause}`,
    `  Asked for       ${mergeInWords(record.request, names)}`,
    `  Ran             ${tookWords(record)}`,
    '',
    `What to do: ${next}`,
    cleanedUp ? 'Nothing half-made was left behind.' : 'What it had half made is still being removed.',
    ...linkLines(links),
    ...signature(record.requestedBy),
  ]
}
