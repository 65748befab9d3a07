import type { Json, JsonObject } from '../interpreter/contract.ts'
import { readCsv } from './csv.ts'
import { TaskError } from './integration.ts'
import type { ItemRead } from './item-store.ts'
import { callS3 } from './s3-call.ts'
import type { SdkCaller } from './sdk-call.ts'

type Get = (bucket: Json | undefined, key: Json | undefined) => Promise<string>

/** Reads the items of a distributed Map: the objects under a prefix, or the contents of one object. */
export async function readItems(sdk: SdkCaller, request: ItemRead): Promise<Json[]> {
  const most = typeof request.readerConfig.MaxItems === 'number' ? request.readerConfig.MaxItems : undefined
  const items = request.resource.endsWith(':s3:listObjectsV2')
    ? await listObjects(sdk, request)
    : await readObject(sdk, request)
  return most ? items.slice(0, most) : items
}

async function listObjects(sdk: SdkCaller, { parameters, roleArn }: ItemRead): Promise<Json[]> {
  const items: Json[] = []
  let token: Json | undefined
  do {
    const page = await callS3(sdk, {
      action: 'listObjectsV2',
      parameters: { ...(parameters as JsonObject), ...(token === undefined ? {} : { ContinuationToken: token }) },
      roleArn,
      error: 'States.ItemReaderFailed',
    })
    items.push(...((page.Contents ?? []) as Json[]))
    token = page.NextContinuationToken
  } while (token !== undefined)
  return items
}

async function readObject(sdk: SdkCaller, { parameters, readerConfig, roleArn }: ItemRead): Promise<Json[]> {
  const get: Get = async (bucket, key) => {
    const location = { Bucket: bucket ?? null, Key: key ?? null }
    const answer = await callS3(sdk, {
      action: 'getObject',
      parameters: location,
      roleArn,
      error: 'States.ItemReaderFailed',
    })
    return String(answer.Body)
  }
  const { Bucket, Key } = parameters as JsonObject
  const reader = READERS[String(readerConfig.InputType)]
  if (!reader) throw failed(`The input type ${String(readerConfig.InputType)} is not supported.`)
  return await reader(await get(Bucket, Key), readerConfig, { get, bucket: Bucket })
}

interface Source {
  get: Get
  bucket: Json | undefined
}

type Reader = (text: string, config: JsonObject, source: Source) => Json[] | Promise<Json[]>

const READERS: Readonly<Record<string, Reader>> = {
  JSON: readJson,
  JSONL: (text) => lines(text).map((line) => parse(line)),
  CSV: (text, config) => readCsv(text, csvOptions(config)),
  MANIFEST: readManifest,
}

function readJson(text: string, config: JsonObject): Json[] {
  const pointer = typeof config.ItemsPointer === 'string' ? config.ItemsPointer : ''
  const items = follow(parse(text), pointer)
  if (Array.isArray(items)) return [...(items as Json[])]
  if (typeof items === 'object' && items !== null)
    return Object.entries(items).map(([key, value]) => ({ Key: key, Value: value as Json }))
  throw failed('Attempting to map over non-iterable node.')
}

/** A JSON pointer (RFC 6901). */
function follow(document: Json, pointer: string): Json {
  let node: Json | undefined = document
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    node = typeof node === 'object' && node !== null ? (node as JsonObject)[name] : undefined
    if (node === undefined) throw failed(`The ItemsPointer ${pointer} does not lead to a value.`)
  }
  return node
}

/** An S3 inventory: the manifest names the CSV files, which have no header of their own. */
async function readManifest(text: string, _config: JsonObject, { get, bucket }: Source): Promise<Json[]> {
  const manifest = parse(text) as { fileSchema?: string; files?: { key: string }[]; destinationBucket?: string }
  const headers = (manifest.fileSchema ?? '').split(',').map((header) => header.trim())
  const from = manifest.destinationBucket?.split(':').at(-1) ?? bucket
  const files = await Promise.all((manifest.files ?? []).map(({ key }) => get(from, key)))
  return files.flatMap((file) => readCsv(file, { headerLocation: 'GIVEN', headers, delimiter: 'COMMA' }))
}

function csvOptions(config: JsonObject): Parameters<typeof readCsv>[1] {
  return {
    headerLocation: text(config.CSVHeaderLocation),
    headers: Array.isArray(config.CSVHeaders) ? config.CSVHeaders.map(String) : undefined,
    delimiter: text(config.CSVDelimiter),
  }
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function lines(content: string): string[] {
  return content.split('\n').filter((line) => line.trim() !== '')
}

function parse(content: string): Json {
  try {
    return JSON.parse(content) as Json
  } catch {
    throw failed('Attempting to map over non-iterable node.')
  }
}

function failed(cause: string): TaskError {
  return new TaskError('States.ItemReaderFailed', cause)
}
