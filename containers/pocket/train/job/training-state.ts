import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createMemorySource } from '../../../../functions/shared/objects/byte-source.ts'
import { readHeader } from '../../../../functions/shared/safetensors/read-header.ts'
import { readValues } from '../../model/read-values.ts'
import { writeTensors } from '../../model/write-tensors.ts'
import type { FineTuning } from '../fine-tuning.ts'
import { writeWhole } from './ml-directory.ts'

const FILE = 'training-state.safetensors'

export interface StateFile {
  save(tuning: FineTuning): Promise<void>
  /** Takes the training up where it was put away; false when there is nothing, or nothing that fits. */
  restore(tuning: FineTuning): Promise<boolean>
}

/** Where a training is put away. `of` is everything that it is made from: a state of another training is left alone. */
export function createStateFile(
  directory: string,
  of: readonly (Uint8Array | string)[],
  log: (line: string) => void,
): StateFile {
  const file = join(directory, FILE)
  const fingerprint = createHash('sha256')
  for (const part of of) fingerprint.update(part).update('\0')
  const origin = fingerprint.digest('hex')
  return {
    save: async ({ state, step }) => {
      const tensors = [...state].map(([name, { rows, columns, data }]) => ({ name, shape: [rows, columns], data }))
      const metadata = new Map([
        ['step', String(step)],
        ['origin', origin],
      ])
      await writeWhole(file, writeTensors(tensors, { type: 'F32', metadata }))
    },
    restore: async (tuning) => {
      const bytes = await readFile(file).catch(() => undefined)
      if (bytes === undefined) return false
      try {
        tuning.resumeAt(await fill(tuning, bytes, origin))
        return true
      } catch (error) {
        log(`the state in the checkpoints is of no use, so the training starts anew: ${(error as Error).message}`)
        return false
      }
    },
  }
}

/** Reads everything before it changes anything, and returns the step. */
async function fill({ state }: FineTuning, bytes: Uint8Array, origin: string): Promise<number> {
  const { tensors, metadata, dataStart } = await readHeader(createMemorySource(FILE, bytes))
  if (metadata.get('origin') !== origin) throw new TypeError('it is of another training')
  const data = bytes.subarray(dataStart)
  const values = [...state].map(([name, { data: into }]) => {
    const info = tensors.get(name)
    const found = info && readValues(name, info, data)
    if (found?.length !== into.length) throw new TypeError(`${name} is not as it was`)
    return { into, found }
  })
  const step = Number(metadata.get('step'))
  if (!Number.isInteger(step) || step < 0) throw new TypeError('it does not tell its step')
  for (const { into, found } of values) into.set(found)
  return step
}
