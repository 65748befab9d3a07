import { SCHEDULES, type ScheduleName } from '../learning-pace.ts'
import { type FieldReader, readFields } from './plan-fields.ts'
import { TrainingFailure } from './training-failure.ts'

/** What `training.json` asks for. */
export interface TrainingPlan {
  readonly id: string
  /** Stem of the files that are written. */
  readonly name: string
  readonly method: 'dreambooth' | 'lora'
  readonly baseFile: string
  readonly instancePrompt: string
  readonly classPrompt: string
  /** How much the class pictures count, and how many are painted where none are given; nothing without prior preservation. */
  readonly prior: { readonly weight: number; readonly images: number } | undefined
  readonly captions: boolean
  readonly steps: number
  readonly batchSize: number
  readonly gradientAccumulation: number
  readonly learningRate: number
  readonly textEncoderLearningRate: number
  readonly trainTextEncoder: boolean
  readonly schedule: ScheduleName
  readonly warmupSteps: number
  readonly resolution: number
  readonly flip: boolean
  readonly seed: number
  /** Steps from one written checkpoint to the next, or nothing. */
  readonly checkpointEvery: number | undefined
  readonly lora: { readonly rank: number; readonly alpha: number }
  readonly savePrecision: 'fp16' | 'bf16' | 'fp32'
  /** Goes into the header of every file. */
  readonly metadata: ReadonlyMap<string, string>
}

const NAME = /^[^/\\\p{Cc}]{1,200}$/u
const MOST_STEPS = 1_000_000
const DEFAULT_LORA = { rank: 8, alpha: 8 }

/** Reads the text of `training.json`; throws `TrainingFailure` naming the field that is wrong. */
export function readPlan(text: string): TrainingPlan {
  const fields = readFields('training.json', parse(text))
  const family = fields.textOr('family', 'pocket')
  if (family !== 'pocket') {
    throw new TrainingFailure(`This program trains pocket models only; the training asks for the family ${family}.`)
  }
  const name = fields.text('name')
  if (!NAME.test(name) || name.startsWith('.')) {
    throw new TrainingFailure(
      `training.json: name is ${JSON.stringify(name)}; it must be a file name without its ending.`,
    )
  }
  return {
    id: fields.textOr('id', ''),
    name,
    method: fields.choice('method', ['dreambooth', 'lora']),
    baseFile: fields.object('base')?.text('file') ?? '',
    ...readPrompts(fields),
    ...readPace(fields),
    resolution: fields.whole('resolution', { min: 1, max: 65_536 }, 512),
    flip: fields.flag('flip', false),
    seed: fields.whole('seed', { min: 0, max: Number.MAX_SAFE_INTEGER }, 1),
    lora: readLora(fields.object('lora')),
    savePrecision: fields.choice('savePrecision', ['fp16', 'bf16', 'fp32'], 'fp16'),
    metadata: fields.texts('metadata'),
  }
}

type Prompts = Pick<TrainingPlan, 'instancePrompt' | 'classPrompt' | 'prior' | 'captions'>

function readPrompts(fields: FieldReader): Prompts {
  const prior = fields.object('priorPreservation')
  const classPrompt = fields.textOr('classPrompt', '')
  return {
    instancePrompt: fields.textOr('instancePrompt', ''),
    classPrompt,
    captions: fields.flag('captions', true),
    prior: prior && {
      weight: prior.number('weight', { min: 0, max: 1000 }, 1),
      images: prior.whole('images', { min: 1, max: 10_000 }, 60),
    },
  }
}

type Pace = Pick<
  TrainingPlan,
  | 'steps'
  | 'batchSize'
  | 'gradientAccumulation'
  | 'learningRate'
  | 'textEncoderLearningRate'
  | 'trainTextEncoder'
  | 'schedule'
  | 'warmupSteps'
  | 'checkpointEvery'
>

function readPace(fields: FieldReader): Pace {
  const rates = { min: 0, max: 1 }
  const learningRate = fields.number('learningRate', rates)
  const every = fields.whole('checkpointEvery', { min: 0, max: MOST_STEPS }, 0)
  return {
    steps: fields.whole('steps', { min: 1, max: MOST_STEPS }),
    batchSize: fields.whole('batchSize', { min: 1, max: 256 }, 1),
    gradientAccumulation: fields.whole('gradientAccumulation', { min: 1, max: 256 }, 1),
    learningRate,
    textEncoderLearningRate: fields.number('textEncoderLearningRate', rates, learningRate),
    trainTextEncoder: fields.flag('trainTextEncoder', true),
    schedule: fields.choice('lrScheduler', SCHEDULES, 'constant'),
    warmupSteps: fields.whole('lrWarmupSteps', { min: 0, max: MOST_STEPS }, 0),
    checkpointEvery: every === 0 ? undefined : every,
  }
}

function readLora(fields: FieldReader | undefined): TrainingPlan['lora'] {
  if (fields === undefined) return DEFAULT_LORA
  const rank = fields.whole('rank', { min: 1, max: 1024 }, DEFAULT_LORA.rank)
  return { rank, alpha: fields.number('alpha', { min: 1e-6, max: 65_504 }, rank) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new TrainingFailure(`training.json is not JSON: ${(cause as Error).message}`, { cause })
  }
}
