import type { InferenceRecord } from '../../shared/inferences/inference-record.ts'
import { adviceFor } from './advice.ts'
import type { Outcome } from './execution-ending.ts'
import type { JobLinks } from './job-links.ts'
import type { Mail } from './lifecycle.ts'
import { factLines, linkLines, OUTCOME_WORDS, signature, tookWords } from './mail-parts.ts'

/** What the mail tells beside the record. */
export interface InferenceFacts {
  outcome: Outcome
  links: JobLinks
  /** Addresses of the images. */
  images: readonly string[]
  cleanedUp: boolean
}

const LONGEST_IN_SUBJECT = 50

/** The mail about an inference that has ended. */
export function inferenceMail(record: InferenceRecord, facts: InferenceFacts): Mail {
  const isReady = facts.outcome === 'Succeeded'
  const lines = isReady ? successLines(record, facts) : failureLines(record, facts)
  const name = nameOf(record)
  const subject = isReady ? `Ready: ${name}` : `${name} ${OUTCOME_WORDS[facts.outcome]}`
  return { subject, body: `${lines.join('\n')}\n` }
}

function successLines(record: InferenceRecord, { links, images }: InferenceFacts): string[] {
  const [first, ...others] = images
  return [
    images.length === 1 ? 'Your image is ready.' : `Your ${images.length} images are ready.`,
    '',
    ...factLines([...asked(record), ['Took', took(record)], ['Where', first]]),
    ...others.map((address) => `${' '.repeat(13)}${address}`),
    '',
    'The record below has fresh links whenever you ask for it.',
    ...linkLines(links),
    ...signature(record.createdBy),
  ]
}

function failureLines(record: InferenceRecord, { outcome, links, cleanedUp }: InferenceFacts): string[] {
  const reason = record.reason ?? { error: 'Unknown', cause: '' }
  const { what, next } = adviceFor(reason.error, 'the inference')
  return [
    `Your inference ${OUTCOME_WORDS[outcome]}.`,
    '',
    ...factLines([
      ['What happened', `${what}.`],
      ['In detail', `${reason.error}: ${reason.cause}`],
      ...asked(record),
      ['Ran', took(record)],
    ]),
    '',
    `What to do: ${next}`,
    cleanedUp ? 'Nothing half-made was left behind.' : 'What it had half made is still being removed.',
    ...linkLines(links),
    ...signature(record.createdBy),
  ]
}

function asked({ prompt, taskType, endpointName, models }: InferenceRecord): [string, string | undefined][] {
  const names = Object.values(models)
    .flat()
    .map(({ model_name }) => model_name)
  return [
    ['Prompt', prompt],
    ['Task', taskType],
    ['Model', names.join(', ')],
    ['Endpoint', endpointName],
  ]
}

function took({ startedAt, createdAt, completedAt }: InferenceRecord): string {
  return tookWords({
    startedAt: startedAt ?? createdAt,
    ...(completedAt === undefined ? {} : { endedAt: completedAt }),
  })
}

function nameOf({ prompt, taskType }: InferenceRecord): string {
  if (prompt === undefined) return `${taskType} inference`
  const characters = [...prompt]
  const excerpt = characters.slice(0, LONGEST_IN_SUBJECT).join('')
  return `"${characters.length > LONGEST_IN_SUBJECT ? `${excerpt}...` : excerpt}"`
}
