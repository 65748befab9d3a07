import type { CheckpointType } from '../../shared/checkpoints/checkpoint-record.ts'
import { type Inspection, inspectionOf } from '../../shared/checkpoints/file-rules.ts'
import { inspectCheckpoint } from '../../shared/checkpoints/inspect-checkpoint.ts'
import { InvalidSafetensorsError } from '../../shared/errors.ts'
import { createS3Source } from '../../shared/objects/s3-byte-source.ts'
import type { StoredFile } from './complete-upload.ts'

const INSPECTIONS: Readonly<Record<Inspection, (bucket: string, file: StoredFile) => Promise<unknown>>> = {
  safetensors: (bucket, file) => inspectCheckpoint(createS3Source({ bucket, ...file })),
  'not empty': async (_bucket, file) => {
    if (file.size === 0) throw new InvalidSafetensorsError(`${file.name} is empty`)
  },
}

/** Looks into an uploaded file as the rules of its type say. Throws `InvalidSafetensors` with the reader's reason. */
export async function inspectFile(bucket: string, file: StoredFile, type: CheckpointType): Promise<void> {
  await INSPECTIONS[inspectionOf(file.name, type)](bucket, file)
}
