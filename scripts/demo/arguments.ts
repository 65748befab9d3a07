import { parseArgs } from 'node:util'

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

export type DemoArguments = MergeArguments | GenerateArguments

export const DEMO_USAGE = `Shows a whole job on the laptop stack, step by step. Starts a stack if none runs.

  npm run demo                          merges two checkpoints made for the occasion (32 MB each)
  npm run demo -- --primary a.safetensors --secondary b.safetensors --multiplier 0.3
  npm run demo -- generate "a red circle on blue"
                                        deploys an endpoint, paints the picture, writes the PNG

Merge
  --primary FILE      checkpoint A
  --secondary FILE    checkpoint B
  --multiplier M      how much of B, 0 to 1 (default 0.3): the result is (1 - M) × A + M × B

Generate
  --seed N            the same seed gives the same picture (default: another one each time)
  --steps N           how many steps the model takes (default: its own)
  --weights FILE      the checkpoint to paint with (default: the small one of this repository)
  --keep              leave the endpoint running; without it, it goes unless it was there before

Both
  --data-dir DIR      where the stack keeps its state (default .darkroom)
  --help              this text`

type Values = ReturnType<typeof parse>['values']

/** The commands by their first word; none is a merge. */
const COMMANDS: Readonly<Record<string, (words: string[], values: Values) => DemoArguments>> = {
  merge: readMerge,
  generate: readGenerate,
}

const OPTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  merge: ['primary', 'secondary', 'multiplier'],
  generate: ['seed', 'steps', 'weights', 'keep'],
}

/** Reads the words after `npm run demo --`; throws `UsageError` saying what to change. */
export function parseDemoArguments(words: string[]): DemoArguments {
  const { values, positionals } = parse(words)
  const [command = 'merge', ...rest] = positionals
  if (!Object.hasOwn(COMMANDS, command)) {
    throw new UsageError(`${command}: is no command; give generate "a prompt", or nothing for a merge`)
  }
  refuseForeign(command, values)
  return (COMMANDS[command] as (words: string[], values: Values) => DemoArguments)(rest, values)
}

function refuseForeign(command: string, values: Values): void {
  const foreign = Object.entries(OPTIONS_OF)
    .filter(([other]) => other !== command)
    .flatMap(([, options]) => options)
    .find((option) => option in values)
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
        'data-dir': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
