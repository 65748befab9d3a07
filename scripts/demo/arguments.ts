import { parseArgs } from 'node:util'
import { MASCOT_PROMPTS } from '../../containers/pocket/train/draw-mascot.ts'

/** The command line asks for something that does not exist or does not fit. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

interface CommonArguments {
  dataDirectory: string
  help: boolean
}

export interface MergeArguments extends CommonArguments {
  command: 'merge'
  /** The user's own files; both or neither. */
  primary?: string
  secondary?: string
  multiplier: number
}

export interface GenerateArguments extends CommonArguments {
  command: 'generate'
  prompt: string
  seed?: number
  steps?: number
  /** The checkpoint file to paint with; the repository's own when missing. */
  weights?: string
  /** The endpoint stays. */
  keep: boolean
}

export interface TrainArguments extends CommonArguments {
  command: 'train'
  method: 'dreambooth' | 'lora'
  /** With the word that shall mean the new subject. */
  prompt: string
  /** Without it: what the subject is one of. */
  classPrompt: string
  /** A folder of the user's own pictures; ten are drawn when missing. */
  pictures?: string
  seed: number
  steps?: number
  weights?: string
  keep: boolean
}

export type DemoArguments = MergeArguments | GenerateArguments | TrainArguments

export const DEMO_USAGE = `Shows a whole job on the laptop stack, step by step. Starts a stack if none runs.

  npm run demo                          merges two checkpoints made for the occasion (32 MB each)
  npm run demo -- --primary a.safetensors --secondary b.safetensors --multiplier 0.3
  npm run demo -- generate "a red circle on blue"
                                        deploys an endpoint, paints the picture, writes the PNG
  npm run demo -- train                 teaches the model a new subject from ten pictures, paints it before and after

Merge
  --primary FILE      checkpoint A
  --secondary FILE    checkpoint B
  --multiplier M      how much of B, 0 to 1 (default 0.3): the result is (1 - M) × A + M × B

Generate
  --seed N            the same seed gives the same picture (default: another one each time)
  --steps N           how many steps the model takes (default: its own)
  --weights FILE      the checkpoint to paint with (default: the small one of this repository)
  --keep              leave the endpoint running; without it, it goes unless it was there before

Train
  --pictures DIR      your own pictures of one subject, .txt captions beside them (default: ten drawn now)
  --prompt TEXT       what they show, with a word of its own for the subject (default "${MASCOT_PROMPTS.instance}")
  --class-prompt TEXT the same without that word (default "${MASCOT_PROMPTS.class}")
  --method M          dreambooth (default) trains the whole model, lora a small file beside it
  --steps N           how long to train (default: what suits the model)
  --seed N, --weights FILE, --keep      as above; the model is what the training starts from

All
  --data-dir DIR      where the stack keeps its state (default .darkroom)
  --help              this text`

type Values = ReturnType<typeof parse>['values']

/** The commands by their first word; none is a merge. */
const COMMANDS: Readonly<Record<string, (words: string[], values: Values) => DemoArguments>> = {
  merge: readMerge,
  generate: readGenerate,
  train: readTrain,
}

const OPTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  merge: ['primary', 'secondary', 'multiplier'],
  generate: ['seed', 'steps', 'weights', 'keep'],
  train: ['seed', 'steps', 'weights', 'keep', 'pictures', 'prompt', 'class-prompt', 'method'],
}

const MOST_TRAINING_STEPS = 100_000

/** Reads the words after `npm run demo --`; throws `UsageError` saying what to change. */
export function parseDemoArguments(words: string[]): DemoArguments {
  const { values, positionals } = parse(words)
  const [command = 'merge', ...rest] = positionals
  if (!Object.hasOwn(COMMANDS, command)) {
    throw new UsageError(`${command}: is no command; give generate "a prompt", train, or nothing for a merge`)
  }
  refuseForeign(command, values)
  return (COMMANDS[command] as (words: string[], values: Values) => DemoArguments)(rest, values)
}

function refuseForeign(command: string, values: Values): void {
  const own = OPTIONS_OF[command] ?? []
  const foreign = Object.values(OPTIONS_OF)
    .flat()
    .find((option) => option in values && !own.includes(option))
  if (foreign !== undefined) throw new UsageError(`--${foreign}: does not go with ${command}`)
}

function readMerge(words: string[], values: Values): MergeArguments {
  const { primary, secondary, multiplier = '0.3' } = values
  if (words.length > 0) throw new UsageError(`${words[0]}: a merge takes only options`)
  if ((primary === undefined) !== (secondary === undefined)) {
    throw new UsageError(`--${primary === undefined ? 'primary' : 'secondary'}: is missing, a merge takes two files`)
  }
  return {
    command: 'merge',
    ...common(values),
    ...(primary !== undefined && secondary !== undefined ? { primary, secondary } : {}),
    multiplier: parseMultiplier(multiplier),
  }
}

function readGenerate(words: string[], values: Values): GenerateArguments {
  const prompt = words.join(' ').trim()
  const { seed, steps, weights } = values
  if (prompt === '' && !values.help)
    throw new UsageError('generate: say what to paint, e.g. generate "a red circle on blue"')
  return {
    command: 'generate',
    ...common(values),
    prompt,
    ...(seed === undefined ? {} : { seed: parseWhole('seed', seed, 2 ** 32 - 1) }),
    ...(steps === undefined ? {} : { steps: parseWhole('steps', steps, 150) }),
    ...(weights === undefined ? {} : { weights }),
    keep: values.keep ?? false,
  }
}

function readTrain(words: string[], values: Values): TrainArguments {
  const { method = 'dreambooth', pictures, prompt = MASCOT_PROMPTS.instance, steps, seed = '1', weights } = values
  if (words.length > 0) throw new UsageError(`${words[0]}: a training takes only options`)
  if (method !== 'dreambooth' && method !== 'lora') {
    throw new UsageError(`--method: ${method} is neither dreambooth nor lora`)
  }
  return {
    command: 'train',
    ...common(values),
    method,
    prompt,
    classPrompt: values['class-prompt'] ?? MASCOT_PROMPTS.class,
    seed: parseWhole('seed', seed, 2 ** 32 - 1),
    ...(pictures === undefined ? {} : { pictures }),
    ...(steps === undefined ? {} : { steps: parseWhole('steps', steps, MOST_TRAINING_STEPS) }),
    ...(weights === undefined ? {} : { weights }),
    keep: values.keep ?? false,
  }
}

function common(values: Values): CommonArguments {
  return { dataDirectory: values['data-dir'] ?? '.darkroom', help: values.help ?? false }
}

function parseMultiplier(text: string): number {
  const multiplier = Number(text)
  if (text.trim() === '' || !(multiplier >= 0 && multiplier <= 1)) {
    throw new UsageError(`--multiplier: ${text} is not a number from 0 to 1`)
  }
  return multiplier
}

function parseWhole(option: string, text: string, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (value <= max) return value
  throw new UsageError(`--${option}: ${text} is not a whole number from 0 to ${max}`)
}

function parse(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        primary: { type: 'string' },
        secondary: { type: 'string' },
        multiplier: { type: 'string' },
        seed: { type: 'string' },
        steps: { type: 'string' },
        weights: { type: 'string' },
        keep: { type: 'boolean' },
        pictures: { type: 'string' },
        prompt: { type: 'string' },
        'class-prompt': { type: 'string' },
        method: { type: 'string' },
        'data-dir': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
