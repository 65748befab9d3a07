import { createHash } from 'node:crypto'
import { InputChangedError } from '../../shared/errors.ts'
import type { ModelInput } from '../../shared/merge/plan-merge.ts'
import type { ByteSource } from '../../shared/objects/byte-source.ts'
import { openS3Object } from '../../shared/objects/s3-byte-source.ts'
import { readHeader } from '../../shared/safetensors/read-header.ts'
import type { FoundInput } from './find-inputs.ts'

const LEGACY_HASH_AT = 0x100000
const LEGACY_HASH_BYTES = 0x10000

/** Reads what planning needs of a model: size, ETag, header and short hash. Throws `InvalidSafetensors`, `InputChanged` or `CheckpointNotFound`. */
export async function readInput(bucket: string, { role, checkpointId, file }: FoundInput): Promise<ModelInput> {
  const { name, key } = file
  const source = await openS3Object({ name, bucket, key })
  if (file.etag !== undefined && bare(file.etag) !== bare(source.etag)) {
    throw new InputChangedError(`${role}: ${name} was replaced since it came into the library; upload it again`)
  }
  const [header, legacyHash] = await Promise.all([readHeader(source), readLegacyHash(source)])
  return { role, checkpointId, name, bucket, key, size: source.size, etag: source.etag, header, legacyHash }
}

function bare(etag: string): string {
  return etag.replaceAll('"', '')
}

/** The hash by which older programs know a model; of whatever is there when the file is shorter. */
async function readLegacyHash(source: ByteSource): Promise<string> {
  const length = Math.min(Math.max(source.size - LEGACY_HASH_AT, 0), LEGACY_HASH_BYTES)
  const bytes = new Uint8Array(length)
  await source.read(LEGACY_HASH_AT, bytes)
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8)
}
