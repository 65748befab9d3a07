import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { applyLoras } from '../model/apply-lora.ts'
import { readCheckpoint } from '../model/checkpoint.ts'
import type { Parameters } from '../model/parameters.ts'
import { type Lora, readLora } from '../model/read-lora.ts'
import { ContainerError } from './container-error.ts'
import type { JobFile, LoraFile } from './job.ts'
import { createRecentlyUsed } from './recently-used.ts'

/** A model with its LoRAs on, and the hashes that `info` shows. */
export interface LoadedModel {
  readonly model: Parameters
  readonly modelHash: string
  readonly loraHashes: readonly string[]
}

interface LoadedFile {
  readonly file: Uint8Array
  readonly sha256: string
}

/** What stays in memory: models, LoRAs, and models with LoRAs on. A picture of one more takes no longer than reading it does. */
const models = createRecentlyUsed<Parameters>(4)
const loras = createRecentlyUsed<Lora>(8)
const combinations = createRecentlyUsed<Parameters>(4)

/** Reads a checkpoint and LoRAs, or finds them in memory by what their files hold. Throws `InvalidPayload` for a file that is none. */
export async function loadModel(checkpoint: JobFile, wanted: readonly LoraFile[]): Promise<LoadedModel> {
  const { file, sha256 } = await load(checkpoint.path)
  const base = await models.get(sha256, () => blame(checkpoint, readCheckpoint(checkpoint.name, file)))
  const worn = await Promise.all(wanted.map(loadLora))
  // In a fixed order, so that the order of the tags does not change the last bits of a sum.
  const sorted = worn
    .map(({ lora, sha256: of, textEncoder, unet }) => ({
      key: JSON.stringify([of, textEncoder, unet]),
      lora,
      textEncoder,
      unet,
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  const key = [sha256, ...sorted.map((each) => each.key)].join()
  return {
    model: sorted.length === 0 ? base : await combinations.get(key, async () => applyLoras(base, sorted)),
    modelHash: sha256.slice(0, 10),
    loraHashes: worn.map(({ hash }) => hash),
  }
}

async function loadLora(wanted: LoraFile) {
  const { file, sha256 } = await load(wanted.path)
  const lora = await loras.get(sha256, () => blame(wanted, readLora(wanted.name, file)))
  const dataStart = 8 + new DataView(file.buffer, file.byteOffset).getUint32(0, true)
  const hash = createHash('sha256').update(file.subarray(dataStart)).digest('hex').slice(0, 12)
  return { ...wanted, lora, sha256, hash }
}

async function load(path: string): Promise<LoadedFile> {
  const file = await readFile(path)
  return { file, sha256: createHash('sha256').update(file).digest('hex') }
}

async function blame<Value>({ field }: JobFile, reading: Promise<Value>): Promise<Value> {
  try {
    return await reading
  } catch (cause) {
    throw new ContainerError('InvalidPayload', `${field}: ${(cause as Error).message}`, { cause })
  }
}
