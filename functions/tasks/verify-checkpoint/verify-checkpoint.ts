import { HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import { withTransientErrors } from '../../shared/aws/classify-aws-error.ts'
import { s3 } from '../../shared/aws/s3.ts'
import { VerificationFailedError } from '../../shared/errors.ts'
import { rangeOfPart } from '../../shared/merge/cut-parts.ts'
import type { MergePlan } from '../../shared/merge/plan.ts'
import { loadPlan, type PlanReference } from '../../shared/merge/stored-plan.ts'
import { combineCrc, crcFromBase64, crcToBase64 } from '../../shared/objects/crc32.ts'
import { createS3Source } from '../../shared/objects/s3-byte-source.ts'
import { readHeader } from '../../shared/safetensors/read-header.ts'
import { encodeHeader } from '../../shared/safetensors/write-header.ts'

/** What the state machine sends; the parts as they were merged, in any order. */
export interface VerifyCheckpointEvent {
  plan: PlanReference
  output: { bucket: string; key: string; size: number }
  parts: { PartNumber: number; ETag?: string; ChecksumCRC32: string }[]
}

/** What is stored. */
export interface VerifiedCheckpoint {
  size: number
  etag: string
  crc32: string
  tensors: number
}

/** Compares the stored object with the plan and the parts: size, checksum of the whole, header. Throws `VerificationFailed`. */
export async function verifyCheckpoint({
  plan: reference,
  output,
  parts,
}: VerifyCheckpointEvent): Promise<VerifiedCheckpoint> {
  const plan = await loadPlan(reference)
  const crc32 = crcOfParts(plan, parts)
  const head = await lookUp(output)
  expectSame('size', head.ContentLength, plan.size)
  expectSame('checksum type', head.ChecksumType, 'FULL_OBJECT')
  expectSame('CRC-32', head.ChecksumCRC32, crc32)
  const etag = head.ETag ?? ''
  const tensors = await verifyHeader(plan, { ...output, name: plan.fileName, size: plan.size, etag })
  return { size: plan.size, etag, crc32, tensors }
}

/** The checksum that the parts add up to. */
function crcOfParts(plan: MergePlan, parts: VerifyCheckpointEvent['parts']): string {
  const sorted = [...parts].sort((a, b) => a.PartNumber - b.PartNumber)
  expectSame('number of parts', sorted.length, plan.parts)
  const whole = sorted.reduce((crc, { PartNumber, ChecksumCRC32 }, index) => {
    expectSame('part number', PartNumber, index + 1)
    const { begin, end } = rangeOfPart(plan, PartNumber)
    return combineCrc(crc, crcFromBase64(ChecksumCRC32) ?? 0, end - begin)
  }, 0)
  return crcToBase64(whole)
}

async function lookUp({ bucket, key }: { bucket: string; key: string }): Promise<HeadObjectCommandOutput> {
  try {
    const head = new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' })
    return await withTransientErrors(() => s3.send(head))
  } catch (error) {
    if ((error as Error).name !== 'NotFound') throw error
    throw new VerificationFailedError(`The merged file s3://${bucket}/${key} is not there`, { cause: error })
  }
}

/** The header as S3 gives it back: byte for byte the planned one, and valid. */
async function verifyHeader(plan: MergePlan, object: Parameters<typeof createS3Source>[0]): Promise<number> {
  const source = createS3Source(object)
  const planned = encodeHeader(plan.header)
  const stored = new Uint8Array(planned.length)
  await source.read(0, stored)
  if (Buffer.compare(stored, planned) !== 0)
    throw new VerificationFailedError('The stored header is not the planned one')
  const { tensors } = await readHeader(source)
  expectSame('number of tensors', tensors.size, plan.tensors.length)
  return tensors.size
}

function expectSame(what: string, stored: string | number | undefined, planned: string | number): void {
  if (stored === planned) return
  throw new VerificationFailedError(
    `The ${what} of the merged file is ${stored}, not ${planned}; start the merge again`,
  )
}
