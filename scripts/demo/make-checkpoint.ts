import { closeSync, openSync, writeSync } from 'node:fs'
import { sd15Layout } from './sd15-layout.ts'

/** A tenth as wide as Stable Diffusion 1.5, so that a checkpoint weighs about 30 MB. */
const WIDTHS = { unet: 32, text: 96, autoencoder: 16 }

const POSITION_IDS = 'cond_stage_model.transformer.text_model.embeddings.position_ids'

/** Marsaglia's xorshift: 32 random bits a call, the same for the same seed. */
function createRandomBits(seed: number): () => number {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/** Half-precision numbers between 2^-10 and 1 of either sign: every bit pattern of that range is as likely. */
function randomHalves(count: number, randomBits: () => number): Buffer {
  const halves = new Uint16Array(count)
  for (let index = 0; index < count; index++) {
    const bits = randomBits()
    halves[index] = (bits & 0x83ff) | ((5 + ((bits >>> 20) % 10)) << 10)
  }
  return Buffer.from(halves.buffer)
}

function positionIds(count: number): Buffer {
  return Buffer.from(BigInt64Array.from({ length: count }, (_, index) => BigInt(index)).buffer)
}

/** Writes a checkpoint with the layout of Stable Diffusion 1.5 and random weights; answers how many tensors it has. */
export function makeCheckpoint(path: string, seed: number): number {
  const randomBits = createRandomBits(seed)
  const layout = [...sd15Layout(WIDTHS)].sort(([a], [b]) => Number(b === POSITION_IDS) - Number(a === POSITION_IDS))
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } }
  const tensors: Buffer[] = []
  let offset = 0
  for (const [name, shape] of layout) {
    const count = shape.reduce((product, length) => product * length, 1)
    const isIds = name === POSITION_IDS
    const bytes = isIds ? positionIds(count) : randomHalves(count, randomBits)
    header[name] = { dtype: isIds ? 'I64' : 'F16', shape, data_offsets: [offset, offset + bytes.length] }
    tensors.push(bytes)
    offset += bytes.length
  }
  writeSafetensors(path, JSON.stringify(header), tensors)
  return layout.length
}

function writeSafetensors(path: string, json: string, tensors: Buffer[]): void {
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  const file = openSync(path, 'w')
  for (const bytes of [length, header, ...tensors]) writeSync(file, bytes)
  closeSync(file)
}
