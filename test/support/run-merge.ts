import { mergePart } from '../../functions/shared/merge/merge-part.ts'
import type { InputRole, MergePlan } from '../../functions/shared/merge/plan.ts'
import { type ModelInput, planMerge } from '../../functions/shared/merge/plan-merge.ts'
import type { MergeRequest } from '../../functions/shared/merges/merge-record.ts'
import { type ByteSource, createMemorySource } from '../../functions/shared/objects/byte-source.ts'
import type { PartSink } from '../../functions/shared/objects/part-sink.ts'
import { readHeader } from '../../functions/shared/safetensors/read-header.ts'

export type Files = Partial<Record<InputRole, Uint8Array>>

/** A part sink that keeps the parts. */
export function createMemorySink(): PartSink & { join(): Buffer; parts: Map<number, Buffer> } {
  const parts = new Map<number, Buffer>()
  return {
    parts,
    write: async (partNumber, bytes) => {
      parts.set(partNumber, Buffer.from(bytes))
      return { etag: `"${partNumber}"`, crc32: '' }
    },
    join: () => Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)),
  }
}

/** The planner's view of files at hand. */
export async function describeFiles(files: Files): Promise<ModelInput[]> {
  const roles = Object.entries(files) as [InputRole, Uint8Array][]
  return Promise.all(
    roles.map(async ([role, bytes]) => {
      const source = createMemorySource(`${role}.safetensors`, bytes)
      const header = await readHeader(source)
      const object = { bucket: 'bucket', key: role, size: bytes.length, etag: source.etag }
      return { role, checkpointId: `id-of-${role}`, name: source.name, ...object, header }
    }),
  )
}

export async function planFiles(files: Files, request: Partial<MergeRequest>, smallestPart = 4096): Promise<MergePlan> {
  const whole: MergeRequest = { name: 'mix', method: 'weighted-sum', primary: 'a', ...request }
  return planMerge(whole, await describeFiles(files), { smallestPart })
}

export function openFiles(plan: MergePlan, files: Files): ByteSource[] {
  return plan.inputs.map(({ role, name }) => createMemorySource(name, files[role]!))
}

/** Plans and runs a merge part by part; the whole output. */
export async function mergeFiles(
  files: Files,
  request: Partial<MergeRequest>,
): Promise<{ plan: MergePlan; output: Buffer }> {
  const plan = await planFiles(files, request)
  const sink = createMemorySink()
  const sources = openFiles(plan, files)
  for (let partNumber = 1; partNumber <= plan.parts; partNumber++) await mergePart({ plan, sources, sink, partNumber })
  return { plan, output: sink.join() }
}
