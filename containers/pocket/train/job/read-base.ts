import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readCheckpoint } from '../../model/checkpoint.ts'
import type { Parameters } from '../../model/parameters.ts'
import { TrainingFailure } from './training-failure.ts'

/** The base model with its bytes: the file of this name, or the only one there. Throws `TrainingFailure`. */
export async function readBase(directory: string, name: string): Promise<{ bytes: Uint8Array; base: Parameters }> {
  const names = (await readdir(directory).catch(() => [])).sort()
  const file = names.find((other) => other === name) ?? (names.length === 1 ? names[0] : undefined)
  if (file === undefined) throw new TrainingFailure(`The base model ${name} is not in the channel "base".`)
  const bytes = await readFile(join(directory, file))
  const base = await readCheckpoint(file, bytes).catch((cause: Error) => {
    throw new TrainingFailure(`The base model cannot be trained on: ${cause.message}.`, { cause })
  })
  return { bytes, base }
}
