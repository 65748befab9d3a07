import type { TrainingRecord, TrainingResult } from '../../shared/trainings/training-record.ts'
import { type Advice, adviceFor } from './advice.ts'
import type { Outcome } from './execution-ending.ts'
import { sizeInWords } from './in-words.ts'
import type { JobLinks } from './job-links.ts'
import type { Mail } from './lifecycle.ts'
import { factLines, linkLines, OUTCOME_WORDS, signature, tookWords } from './mail-parts.ts'

/** What the mail tells beside the record. */
export interface TrainingFacts {
  outcome: Outcome
  links: JobLinks & { output?: string }
  cleanedUp: boolean
}

type Fact = readonly [name: string, value: string | undefined]

/** Where other advice is given than for an inference that met the same. */
const OWN_ADVICE: Readonly<Record<string, Advice>> = {
  OutOfMemory: {
    what: 'The machine has too little memory for the training',
    next: 'Name a larger instance type, or ask for a smaller batchSize or resolution, for gradientCheckpointing or for the method lora, and start the training again.',
  },
}

const METHOD_WORDS = { dreambooth: 'Dreambooth', lora: 'LoRA' } as const

/** The mail about a training that has ended. */
export function trainingMail(record: TrainingRecord, facts: TrainingFacts): Mail {
  const { result } = record
  const lines =
    facts.outcome === 'Succeeded' && result ? successLines(record, result, facts) : failureLines(record, facts)
  return { subject: `Training "${record.name}" ${OUTCOME_WORDS[facts.outcome]}`, body: `${lines.join('\n')}\n` }
}

function successLines(record: TrainingRecord, result: TrainingResult, { links }: TrainingFacts): string[] {
  const others = result.names.length - 1
  return [
    `Your training "${record.name}" is done.`,
    '',
    ...factLines([
      ...asked(record),
      ['Steps', stepsOf(record)],
      ['Loss', result.loss?.toPrecision(3)],
      ['Took', tookWords(record)],
      ['File', result.names[0]],
      ['Size', `${sizeInWords(result.size)}${others > 0 ? ' all together' : ''}`],
      ['Where', links.output],
      ['Also kept', others > 0 ? `${others} from on the way` : undefined],
      ['Left out', leftOut(result)],
      ['Id', result.checkpointId],
    ]),
    '',
    nextLine(record),
    ...linkLines(links),
    ...signature(record.requestedBy),
  ]
}

function failureLines(record: TrainingRecord, { outcome, links, cleanedUp }: TrainingFacts): string[] {
  const reason = record.reason ?? { error: 'Unknown', cause: '' }
  const { what, next } = OWN_ADVICE[reason.error] ?? adviceFor(reason.error, 'the training')
  return [
    `Your training "${record.name}" ${OUTCOME_WORDS[outcome]}.`,
    '',
    ...factLines([
      ['What happened', `${what}.`],
      ['In detail', `${reason.error}: ${reason.cause}`],
      ...asked(record),
      ['Came to', record.job?.step === undefined ? undefined : `step ${stepsOf(record)}`],
      ['Instance', record.instanceType],
      ['Ran', tookWords(record)],
    ]),
    '',
    `What to do: ${next}`,
    tidyWords(record, cleanedUp),
    ...linkLines(links),
    ...signature(record.requestedBy),
  ]
}

function asked({ request, plan }: TrainingRecord): Fact[] {
  const pictures = plan && (plan.dataset.images === 1 ? '1 picture' : `${plan.dataset.images} pictures`)
  return [
    ['Method', METHOD_WORDS[request.method]],
    ['Base', plan?.base.name ?? request.base],
    ['Dataset', pictures ? `${request.dataset}, ${pictures}` : request.dataset],
    ['Prompt', plan?.config.instancePrompt ?? request.instancePrompt],
  ]
}

function stepsOf({ result, job, plan }: TrainingRecord): string | undefined {
  const steps = result?.steps ?? job?.steps ?? plan?.config.steps
  const step = result?.step ?? job?.step
  if (step === undefined || step === steps) return steps?.toString()
  return `${step} of ${steps}`
}

function leftOut({ unregistered }: TrainingResult): string | undefined {
  return unregistered > 0 ? `${unregistered} more files, which are not valid or too many` : undefined
}

function nextLine({ request, plan, result }: TrainingRecord): string {
  const file = result?.names[0] ?? ''
  const prompt = plan?.config.instancePrompt ?? request.instancePrompt ?? ''
  if (request.method === 'dreambooth') {
    return `It is in the library: POST /inferences with "models": {"Stable-diffusion": ["${file}"]} and a prompt with "${prompt}".`
  }
  const stem = file.replace(/\.safetensors$/, '')
  return `It is in the library: POST /inferences with its base model, "Lora": ["${file}"] and a prompt with "${prompt} <lora:${stem}:1>".`
}

function tidyWords({ result }: TrainingRecord, cleanedUp: boolean): string {
  if (result) return `What it had trained is in the library all the same: ${result.names[0]}.`
  if (!cleanedUp) return 'What it had half made is still being removed. Base model and dataset are as they were.'
  return 'Nothing half-made was left behind. Base model and dataset are as they were.'
}
