import { parseArgs } from 'node:util'

/** The command line asks for something that does not exist or does not fit. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface DemoArguments {
  /** The user's own files; both or neither. */
  primary?: string
  secondary?: string
  multiplier: number
  dataDirectory: string
  help: boolean
}

export const DEMO_USAGE = `Merges two checkpoints on the laptop stack and shows every step.

  npm run demo                          with two checkpoints made for the occasion (32 MB each)
  npm run demo -- --primary a.safetensors --secondary b.safetensors --multiplier 0.3

  --primary FILE      checkpoint A
  --secondary FILE    checkpoint B
  --multiplier M      how much of B, 0 to 1 (default 0.3): the result is (1 - M) × A + M × B
  --data-dir DIR      where the stack keeps its state (default .darkroom)
  --help              this text`

function parseMultiplier(text: string): number {
  const multiplier = Number(text)
  if (text.trim() === '' || !(multiplier >= 0 && multiplier <= 1)) {
    throw new UsageError(`--multiplier: ${text} is not a number from 0 to 1`)
  }
  return multiplier
}

/** Reads the words after `npm run demo --`; throws `UsageError` saying what to change. */
export function parseDemoArguments(words: string[]): DemoArguments {
  const { values } = parse(words)
  const { primary, secondary, multiplier = '0.3' } = values
  if ((primary === undefined) !== (secondary === undefined)) {
    throw new UsageError(`--${primary === undefined ? 'primary' : 'secondary'}: is missing, a merge takes two files`)
  }
  return {
    ...(primary !== undefined && secondary !== undefined ? { primary, secondary } : {}),
    multiplier: parseMultiplier(multiplier),
    dataDirectory: values['data-dir'] ?? '.darkroom',
    help: values.help ?? false,
  }
}

function parse(words: string[]) {
  try {
    return parseArgs({
      args: words,
      options: {
        primary: { type: 'string' },
        secondary: { type: 'string' },
        multiplier: { type: 'string' },
        'data-dir': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
