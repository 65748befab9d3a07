import { CHECKPOINT_TYPES, type CheckpointType } from '../../shared/checkpoints/checkpoint-record.ts'
import { checkFileName } from '../../shared/checkpoints/file-rules.ts'
import { choiceField, integerField, listField, objectField, refuse, textField } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { storableParams } from '../../shared/http/storable-params.ts'

/** A file that is to be uploaded in so many parts. */
export interface WantedFile {
  name: string
  parts: number
}

/** Body of `POST /checkpoints`, checked. */
export interface CreateRequest {
  type: CheckpointType
  params: JsonObject
  files: WantedFile[]
}

const MOST_FILES = 20
const MOST_PARTS = 1_000
/** The presigned URLs of one answer must fit into the 6 MB that a Lambda may return. */
const MOST_PARTS_TOGETHER = 2_000
const PARTS_FIX = 'use larger parts, S3 takes 5 MiB to 5 GiB each'

/** Reads the body of `POST /checkpoints`; every refusal names the field and the fix. */
export function readCreateRequest(body: JsonObject): CreateRequest {
  const type = choiceField(body.checkpoint_type, 'checkpoint_type', CHECKPOINT_TYPES)
  if (body.urls !== undefined) {
    refuse('urls', 'is not offered yet', 'download the files and upload them with filenames')
  }
  const files = listField(body.filenames, 'filenames', { min: 1, max: MOST_FILES }).map((item, index) =>
    readFile(item, type, `filenames[${index}]`),
  )
  checkTogether(files)
  return { type, params: storableParams(body.params), files }
}

function readFile(item: unknown, type: CheckpointType, where: string): WantedFile {
  const { filename, parts_number } = objectField(item, where)
  const name = textField(filename, `${where}.filename`, { max: 255 })
  checkFileName(name, type, `${where}.filename`)
  return { name, parts: integerField(parts_number, `${where}.parts_number`, { min: 1, max: MOST_PARTS }) }
}

function checkTogether(files: readonly WantedFile[]): void {
  const twice = files.findIndex((file, index) => files.findIndex(({ name }) => name === file.name) < index)
  if (twice >= 0) {
    refuse(`filenames[${twice}].filename`, `repeats "${files[twice]?.name}"`, 'give every file a name of its own')
  }
  const parts = files.reduce((sum, file) => sum + file.parts, 0)
  if (parts > MOST_PARTS_TOGETHER) {
    refuse('filenames', `ask for ${parts} parts together, more than ${MOST_PARTS_TOGETHER}`, PARTS_FIX)
  }
}
