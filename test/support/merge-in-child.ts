import { existsSync, readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { mergePart } from '../../functions/shared/merge/merge-part.ts'
import { type ModelInput, planMerge } from '../../functions/shared/merge/plan-merge.ts'
import type { ByteSource } from '../../functions/shared/objects/byte-source.ts'
import { layOutFile } from '../../functions/shared/safetensors/write-header.ts'

/**
 * Merges a model of about the given MiB, of which nothing is stored anywhere, in parts of 64 MiB, and prints seconds and the
 * most memory the process ever had. For a process of its own. Usage: merge-in-child.ts <MiB of the model> <F16|F32>
 */

const ROWS = 1024
const [mebibytes = '256', dtype = 'F16'] = process.argv.slice(2)
const elements = (Number(mebibytes) * 1024 * 1024) / (dtype === 'F32' ? 4 : 2)
const count = Math.ceil(elements / (ROWS * (2048 + 1)))

const shapes = Array.from({ length: count }, (_, index) => [
  { name: `model.${index}.weight`, dtype: dtype as 'F16' | 'F32', shape: [ROWS, 2048] },
  { name: `model.${index}.bias`, dtype: dtype as 'F16' | 'F32', shape: [ROWS] },
]).flat()
const layout = layOutFile(shapes, new Map())
const header = {
  tensors: new Map(layout.tensors.map((tensor) => [tensor.name, tensor])),
  metadata: new Map<string, string>(),
  dataStart: layout.dataStart,
  fileSize: layout.size,
}
const inputs: ModelInput[] = (['primary', 'secondary', 'tertiary'] as const).map((role) => {
  return { role, checkpointId: role, name: role, bucket: '', key: role, size: layout.size, etag: '', header }
})
const read = async (_: number, into: Uint8Array): Promise<void> => {
  into.fill(0x11)
}
const sources: ByteSource[] = inputs.map(({ name, size, etag }) => ({ name, size, etag, read }))
const request = { name: 'x', method: 'add-difference', primary: 'a', secondary: 'b', tertiary: 'c', parts: 1 } as const
const plan = planMerge({ ...request, precision: 'half' }, inputs)
/** Linux begins `maxRSS` with what the parent had when it forked; the high-water mark is this program's own. */
function mostMemory(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : ''
  const own = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]
  return (own === undefined ? process.resourceUsage().maxRSS : Number(own)) / 1024
}

const sink = { write: async () => ({ etag: '', crc32: '' }) }
const started = performance.now()
for (let partNumber = 1; partNumber <= plan.parts; partNumber++) await mergePart({ plan, sources, sink, partNumber })
const seconds = (performance.now() - started) / 1000
console.log(
  JSON.stringify({
    seconds,
    mebibytes: mostMemory(),
    partSize: plan.partSize,
    size: plan.size,
  }),
)
