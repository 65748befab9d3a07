import type { ByteSource } from '../objects/byte-source.ts'
import type { Dtype } from '../safetensors/dtype.ts'
import { readHeader } from '../safetensors/read-header.ts'
import { countElements } from '../safetensors/write-header.ts'
import { type CheckpointFamily, type CheckpointVariant, detectFamily, detectVariant } from './detect-family.ts'

/** What the header of a checkpoint tells. */
export interface CheckpointSummary {
  family: CheckpointFamily
  variant: CheckpointVariant
  /** Bytes of the whole file. */
  size: number
  etag: string
  tensors: number
  /** Elements of all tensors together. */
  parameters: number
  /** Bytes of tensor data per element type. */
  bytesByDtype: Partial<Record<Dtype, number>>
}

/**
 * Reads and validates the header of a safetensors file (one ranged read, seldom two) and sums it up. Throws
 * `InvalidSafetensors` saying what is wrong and where, or what the source throws (`CheckpointNotFound`, `InputChanged`, `TransientError`).
 */
export async function inspectCheckpoint(source: ByteSource): Promise<CheckpointSummary> {
  const header = await readHeader(source)
  const bytesByDtype: Partial<Record<Dtype, number>> = {}
  let parameters = 0
  for (const { dtype, shape, begin, end } of header.tensors.values()) {
    bytesByDtype[dtype] = (bytesByDtype[dtype] ?? 0) + end - begin
    parameters += countElements(shape)
  }
  return {
    family: detectFamily(header),
    variant: detectVariant(header),
    size: source.size,
    etag: source.etag,
    tensors: header.tensors.size,
    parameters,
    bytesByDtype,
  }
}
