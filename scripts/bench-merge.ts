import { computeTensor } from '../functions/shared/merge/kernel/compute-tensor.ts'
import { mergePart } from '../functions/shared/merge/merge-part.ts'
import type { Operation, PlanTensor } from '../functions/shared/merge/plan.ts'
import { type ModelInput, planMerge } from '../functions/shared/merge/plan-merge.ts'
import { createMemorySource } from '../functions/shared/objects/byte-source.ts'
import { bytesOf } from '../functions/shared/safetensors/dtype.ts'
import { readHeader } from '../functions/shared/safetensors/read-header.ts'
import { encodeHeader, layOutFile } from '../functions/shared/safetensors/write-header.ts'
import { naiveWeightedSum } from './naive-merge.ts'

/**
 * Measures merging on one core: the kernels alone, whole plans from memory, and the ratio to a straightforward
 * per-element program in the same run. GB/s are bytes of output. Usage: npx tsx scripts/bench-merge.ts
 */

type Type = 'F16' | 'BF16' | 'F32' | 'F64'

const ELEMENTS = 8 * 1024 * 1024
const ROUNDS = 5

const KERNELS: readonly { operation: Operation; types: Type[]; target: Type }[] = [
  { operation: 'weighted-sum', types: ['F16', 'F16'], target: 'F16' },
  { operation: 'weighted-sum', types: ['BF16', 'BF16'], target: 'BF16' },
  { operation: 'weighted-sum', types: ['F32', 'F32'], target: 'F32' },
  { operation: 'weighted-sum', types: ['F32', 'F32'], target: 'F16' },
  { operation: 'weighted-sum', types: ['F16', 'F32'], target: 'F32' },
  { operation: 'add-difference', types: ['F16', 'F16', 'F16'], target: 'F16' },
  { operation: 'add-difference', types: ['F32', 'F32', 'F32'], target: 'F32' },
  { operation: 'convert', types: ['F32'], target: 'F16' },
]

/** Weights as models have them: small, of both signs, few of them subnormal in F16. */
function weights(type: Type, count: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(count * bytesOf(type))
  const view = new DataView(bytes.buffer)
  let state = seed
  for (let index = 0; index < count; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const value = (state / 2 ** 32 - 0.5) * 0.1
    if (type === 'F32') view.setFloat32(index * 4, value, true)
    else if (type === 'F64') view.setFloat64(index * 8, value, true)
    else if (type === 'BF16') view.setUint16(index * 2, ((state & 0x8000) | 0x3c00 | (state >>> 24)) & 0xffff, true)
    else view.setUint16(index * 2, ((state >>> 16) & 0x8000) | (0x1800 + (state & 0x0fff)), true)
  }
  return bytes
}

function secondsOf(work: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now()
    work()
    return (performance.now() - start) / 1000
  })
  return Math.min(...times)
}

function benchKernel({ operation, types, target }: (typeof KERNELS)[number]): number {
  const inputs = types.map((type, index) => weights(type, ELEMENTS, index + 1))
  const into = new Uint8Array(ELEMENTS * bytesOf(target))
  const sources = types.map((dtype, input) => ({ input, dtype, begin: 0 }))
  const tensor: PlanTensor = { name: 'w', operation, dtype: target, begin: 0, end: into.length, sources }
  const run = { first: 0, count: ELEMENTS, sources: inputs, into }
  return into.length / secondsOf(() => computeTensor(tensor, { multiplier: 0.3 }, run)) / 1e9
}

function modelOf(seed: number): Uint8Array {
  const shapes = Array.from({ length: 300 }, (_, index) => (index % 3 === 0 ? [640, 640] : [640]))
  const tensors = shapes.map((shape, index) => ({ name: `model.layer.${index}`, dtype: 'F16' as const, shape }))
  const { text, size, dataStart } = layOutFile(tensors, new Map())
  const file = new Uint8Array(size)
  file.set(encodeHeader(text))
  file.set(weights('F16', (size - dataStart) / 2, seed), dataStart)
  return file
}

async function benchPlan(): Promise<number> {
  const sources = [1, 2].map((seed) => createMemorySource(`model-${seed}`, modelOf(seed)))
  const inputs: ModelInput[] = await Promise.all(
    sources.map(async ({ name, size, etag, ...source }, index) => {
      const header = await readHeader({ name, size, etag, ...source })
      const role = index === 0 ? ('primary' as const) : ('secondary' as const)
      return { role, checkpointId: name, name, bucket: '', key: name, size, etag, header }
    }),
  )
  const plan = planMerge({ name: 'mix', method: 'weighted-sum', multiplier: 0.3, primary: '1', secondary: '2' }, inputs)
  const sink = { write: async () => ({ etag: '', crc32: '' }) }
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    for (let partNumber = 1; partNumber <= plan.parts; partNumber++)
      await mergePart({ plan, sources, sink, partNumber })
    best = Math.min(best, (performance.now() - start) / 1000)
  }
  return plan.size / best / 1e9
}

function benchNaive(): number {
  const [a, b] = [weights('F16', ELEMENTS, 1), weights('F16', ELEMENTS, 2)].map(
    (bytes) => new Uint16Array(bytes.buffer),
  )
  const into = new Uint16Array(ELEMENTS)
  return into.byteLength / secondsOf(() => naiveWeightedSum(a!, b!, 0.3, into)) / 1e9
}

const figures = KERNELS.map((kernel) => ({ kernel, speed: benchKernel(kernel) }))
for (const { kernel, speed } of figures) {
  const name = `${kernel.operation} ${kernel.types.join(', ')} -> ${kernel.target}`
  console.log(`${name.padEnd(44)} ${speed.toFixed(2)} GB/s`)
}
const naive = benchNaive()
console.log(`${'per-element program F16, F16 -> F16'.padEnd(44)} ${naive.toFixed(3)} GB/s`)
const planned = await benchPlan()
console.log(`${'whole plan from memory F16, F16 -> F16'.padEnd(44)} ${planned.toFixed(2)} GB/s`)
console.log(
  `F16 weighted sum: ${figures[0]!.speed.toFixed(2)} GB/s a core, ${(figures[0]!.speed / naive).toFixed(1)} x the per-element program`,
)
