import type { ChildResult, Json, JsonObject } from '../interpreter/contract.ts'
import type { ResultWrite } from './item-store.ts'
import { callS3 } from './s3-call.ts'
import type { SdkCaller } from './sdk-call.ts'

const CONDITIONS = ['SUCCEEDED', 'FAILED', 'PENDING'] as const

type Condition = (typeof CONDITIONS)[number]

/** Writes the results of a distributed Map: one file per condition and a manifest that names them. */
export async function writeResults(sdk: SdkCaller, request: ResultWrite): Promise<Json> {
  const { Bucket, Prefix } = request.parameters as { Bucket: string; Prefix?: string }
  const folder = [Prefix?.replace(/\/$/, ''), request.mapRunArn.split(':').at(-1)].filter(Boolean).join('/')
  const put = async (key: string, body: string): Promise<void> => {
    await callS3(sdk, {
      action: 'putObject',
      parameters: { Bucket, Key: key, Body: body },
      roleArn: request.roleArn,
      error: 'States.ResultWriterFailed',
    })
  }
  const files: Record<Condition, Json[]> = { SUCCEEDED: [], FAILED: [], PENDING: [] }
  for (const condition of CONDITIONS) {
    const body = resultFile(request, condition)
    if (body === undefined) continue
    const key = `${folder}/${condition}_0.${extension(request)}`
    await put(key, body)
    files[condition].push({ Key: key, Size: Buffer.byteLength(body) })
  }
  const manifest = { DestinationBucket: Bucket, MapRunArn: request.mapRunArn, ResultFiles: files }
  await put(`${folder}/manifest.json`, JSON.stringify(manifest))
  return {
    MapRunArn: request.mapRunArn,
    ResultWriterDetails: { Bucket, Key: `${folder}/manifest.json` },
  }
}

function extension(request: ResultWrite): string {
  return request.writerConfig.OutputType === 'JSONL' ? 'jsonl' : 'json'
}

function resultFile(request: ResultWrite, condition: Condition): string | undefined {
  const results = request.results.filter(({ outcome }) => conditionOf(outcome.status) === condition)
  if (results.length === 0) return undefined
  const entries = results.flatMap((result) => entriesOf(result, request.writerConfig))
  if (extension(request) === 'jsonl') return entries.map((entry) => JSON.stringify(entry)).join('\n')
  return JSON.stringify(entries)
}

function conditionOf(status: ChildResult['outcome']['status']): Condition {
  return status === 'SUCCEEDED' ? 'SUCCEEDED' : 'FAILED'
}

/** `NONE` keeps the whole description of the child execution, `COMPACT` its output, `FLATTEN` the items of its output. */
function entriesOf(result: ChildResult, config: JsonObject): Json[] {
  const { outcome } = result
  const transformation = config.Transformation ?? 'NONE'
  if (transformation === 'NONE' || outcome.status !== 'SUCCEEDED') return [description(result)]
  const output = JSON.parse(outcome.output) as Json
  return transformation === 'FLATTEN' && Array.isArray(output) ? [...(output as Json[])] : [output]
}

function description({ executionArn, name, input, outcome }: ChildResult): JsonObject {
  return {
    ...(executionArn === undefined ? {} : { ExecutionArn: executionArn }),
    Input: JSON.stringify(input),
    InputDetails: { Included: true },
    Name: name,
    ...(outcome.status === 'SUCCEEDED'
      ? { Output: outcome.output, OutputDetails: { Included: true } }
      : { ...(outcome.error ? { Error: outcome.error } : {}), ...(outcome.cause ? { Cause: outcome.cause } : {}) }),
    Status: outcome.status,
  }
}
