import type { ProgramRow } from '../operator-settings.ts'

/** Images of this repository and the programs they contain; paths are relative to the repository's root. */
const BUILT_IN: readonly ProgramRow[] = [
  {
    image: '**/pocket',
    command: [process.execPath, '--import', 'tsx', 'containers/pocket/serve.ts'],
    train: [process.execPath, '--import', 'tsx', 'containers/pocket/train-job.ts'],
  },
]

/** The command that stands for an image on a laptop, to serve or to train; the operator's rows come first. */
export function findProgram(
  image: string,
  operatorRows: readonly ProgramRow[] = [],
  purpose: 'command' | 'train' = 'command',
): string[] | undefined {
  return [...operatorRows, ...BUILT_IN]
    .filter((row) => matchesImage(row.image, image))
    .map((row) => row[purpose])
    .find((words) => words !== undefined)
}

/** `**` + `/` stands for any path and none, `*` for anything within a name. Tag and digest count only if the pattern has a colon. */
export function matchesImage(pattern: string, image: string): boolean {
  const subject = pattern.includes(':') ? image : repositoryOf(image)
  return new RegExp(`^${expressionOf(pattern)}$`).test(subject)
}

function repositoryOf(image: string): string {
  return image.replace(/@sha256:[0-9a-f]+$/, '').replace(/:[^:/]+$/, '')
}

const WILDCARDS: Record<string, string> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*' }

function expressionOf(pattern: string): string {
  return pattern.replace(/\*\*\/|\*\*|\*|[.+?^${}()|[\]\\]/g, (special) => WILDCARDS[special] ?? `\\${special}`)
}
