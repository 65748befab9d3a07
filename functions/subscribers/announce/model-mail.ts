import type { ModelFile, ModelRecord } from '../../shared/models/model-record.ts'
import { MODEL_FOLDERS } from '../../shared/models/package-layout.ts'
import { adviceFor } from './advice.ts'
import type { ExecutionEnding } from './execution-ending.ts'
import { sizeInWords } from './in-words.ts'
import type { Mail } from './lifecycle.ts'
import { factLines, linkLines, OUTCOME_WORDS, signature, tookWords } from './mail-parts.ts'

/** What the mail tells beside the record. */
export interface ModelFacts {
  ending: ExecutionEnding
  links: { self: string; execution: string; output?: string }
  cleanedUp: boolean
}

const IT = 'the model'
/** A mail is no directory listing; the manifest has them all. */
const MOST_LINES = 12

/** The mail about a model's creation that has ended. */
export function modelMail(record: ModelRecord, facts: ModelFacts): Mail {
  const { outcome } = facts.ending
  const lines = outcome === 'Succeeded' ? successLines(record, facts) : failureLines(record, facts)
  return { subject: `Model "${record.name}" ${OUTCOME_WORDS[outcome]}`, body: `${lines.join('\n')}\n` }
}

function successLines(record: ModelRecord, { ending, links }: ModelFacts): string[] {
  const { name, id, files = [], totalBytes = 0, createdBy } = record
  return [
    `Your model "${name}" is ready.`,
    '',
    ...factLines([
      ['Size', `${sizeInWords(totalBytes)} in ${files.length} ${files.length === 1 ? 'file' : 'files'}`],
      ['Took', tookWords(ending)],
      ['Where', links.output],
      ['Id', id],
    ]),
    '',
    'What is in it:',
    ...contentLines(files),
    '',
    `To deploy it: POST /endpoints with "model": "${name}" beside what an endpoint always needs, such as`,
    `  {"model":"${name}","endpoint_type":"Async","instance_type":"${INSTANCE_TYPES[record.backend]}","initial_instance_count":1,`,
    '   "autoscaling_enabled":false,"assign_to_roles":["<role>"]}',
    'Inferences on that endpoint name its files as they are called above; they are there without being downloaded.',
    ...linkLines(links),
    ...signature(createdBy),
  ]
}

const INSTANCE_TYPES: Readonly<Record<ModelRecord['backend'], string>> = {
  pocket: 'ml.c6i.xlarge',
  diffusers: 'ml.g5.2xlarge',
  a1111: 'ml.g5.2xlarge',
  jumpstart: 'ml.g5.2xlarge',
  huggingface: 'ml.g5.2xlarge',
}

function contentLines(files: readonly ModelFile[]): string[] {
  const sorted = MODEL_FOLDERS.flatMap((folder) => files.filter((file) => file.folder === folder))
  const lines = sorted
    .slice(0, MOST_LINES)
    .map(({ folder, name, size }) => `  ${folder}/${name}  (${sizeInWords(size)})`)
  const more = files.length - lines.length
  return more > 0 ? [...lines, `  and ${more} more, see manifest.json`] : lines
}

function failureLines(record: ModelRecord, { ending, links, cleanedUp }: ModelFacts): string[] {
  const reason = record.reason ?? ending.reason ?? { error: 'Unknown', cause: '' }
  const { what, next } = adviceFor(reason.error, IT)
  return [
    `Your model "${record.name}" ${OUTCOME_WORDS[ending.outcome]}.`,
    '',
    ...factLines([
      ['What happened', `${what}.`],
      ['In detail', `${reason.error}: ${reason.cause}`],
      ['Asked for', askedWords(record)],
      ['Ran', tookWords(ending)],
    ]),
    '',
    `What to do: ${next}`,
    cleanedUp
      ? 'Nothing half-made was left behind, and what it was to be made of is as it was.'
      : 'What it had half made is still being removed; what it was to be made of is as it was.',
    ...linkLines(links),
    ...signature(record.createdBy),
  ]
}

function askedWords({ artifacts, source }: ModelRecord): string {
  if (source) return `s3://${source.bucket}/${source.key}`
  return Object.entries(artifacts)
    .map(([list, names]) => `${list}: ${names.join(', ')}`)
    .join('; ')
}
