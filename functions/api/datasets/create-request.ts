import { listField, objectField, refuse, textField } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'
import { storableParams } from '../../shared/http/storable-params.ts'
import { checkFileName, checkKey, checkPrefix } from './file-names.ts'

/** A file that is to be uploaded. */
export interface WantedFile {
  /** Relative to the dataset's prefix. */
  path: string
  /** What the client calls it. */
  name: string
  type: string
  params: JsonObject
}

/** Body of `POST /datasets`, checked. */
export interface CreateRequest {
  name: string
  prefix: string | undefined
  files: WantedFile[]
  params: JsonObject
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,19}$/
const MOST_FILES = 1_000
const MOST_FILE_PARAMS_BYTES = 2 * 1024

/** Reads the body of `POST /datasets`; every refusal names the field and the fix. */
export function readCreateRequest(body: JsonObject): CreateRequest {
  const name = textField(body.dataset_name, 'dataset_name', { max: 20 })
  if (!NAME.test(name)) {
    refuse('dataset_name', `is ${JSON.stringify(name)}`, 'begin with a letter; letters, digits, - and _ may follow')
  }
  const prefix = readPrefix(body.prefix)
  return { name, prefix, files: readFiles(body.content, { id: name, prefix }), params: storableParams(body.params) }
}

/** Clients send an empty prefix for none. */
function readPrefix(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const prefix = textField(value, 'prefix')
  checkPrefix(prefix, 'prefix')
  return prefix
}

function readFiles(content: unknown, { id, prefix }: { id: string; prefix: string | undefined }): WantedFile[] {
  if (Array.isArray(content) && content.length > MOST_FILES) {
    const fix = `send at most ${MOST_FILES.toLocaleString('en-US')}, and the others with further requests for the same dataset_name: they add to it`
    refuse('content', `has ${content.length} files`, fix)
  }
  const files = listField(content, 'content', { min: 0, max: MOST_FILES }).map((item, index) =>
    readFile(item, `content[${index}]`),
  )
  const seen = new Set<string>()
  for (const [index, { path }] of files.entries()) {
    if (seen.has(path)) refuse(`content[${index}].filename`, `repeats "${path}"`, 'give every file a name of its own')
    seen.add(path)
    checkKey({ id, ...(prefix === undefined ? {} : { prefix }) }, path)
  }
  return files
}

function readFile(item: unknown, where: string): WantedFile {
  const { filename, name, type, params } = objectField(item, where)
  const path = textField(filename, `${where}.filename`)
  checkFileName(path, `${where}.filename`)
  return {
    path,
    name: name === undefined ? path : textField(name, `${where}.name`),
    type: type === undefined ? 'image' : textField(type, `${where}.type`, { max: 64 }),
    params: storableParams(params, `${where}.params`, MOST_FILE_PARAMS_BYTES),
  }
}
