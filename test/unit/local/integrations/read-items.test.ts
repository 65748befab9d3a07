import { expect } from 'chai'
import type { ServiceCall } from '../../../../local/integrations/integration.ts'
import { readItems } from '../../../../local/integrations/read-items.ts'
import type { SdkCaller } from '../../../../local/integrations/sdk-call.ts'
import type { Json, JsonObject } from '../../../../local/interpreter/contract.ts'

const http = { headers: {}, statusCode: 200, requestId: 'r' }

/** An S3 with the given objects in one bucket, two keys to a page. */
function bucketOf(objects: Record<string, string>): SdkCaller {
  return async ({ action, parameters }: ServiceCall, failure) => {
    if (action === 'listObjectsV2') {
      const keys = Object.keys(objects)
      const start = Number(parameters.ContinuationToken ?? 0)
      const Contents = keys.slice(start, start + 2).map((Key) => ({ Key }))
      const more = start + 2 < keys.length ? { NextContinuationToken: String(start + 2) } : {}
      return { ...http, output: { Contents, ...more } }
    }
    const body = objects[String(parameters.Key)]
    if (body !== undefined) return { ...http, output: { Body: body } }
    const message = 'The specified key does not exist.'
    throw failure({ code: 'NoSuchKey', modelled: true, message, statusCode: 404, requestId: 'r' })
  }
}

function read(objects: Record<string, string>, Key: string, readerConfig: JsonObject): Promise<Json[]> {
  const parameters = { Bucket: 'b', Key }
  return readItems(bucketOf(objects), {
    resource: 'arn:aws:states:::s3:getObject',
    parameters,
    readerConfig,
    roleArn: '',
  })
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return (await promise.then(
    () => new Error('nothing failed'),
    (error: unknown) => error,
  )) as Error
}

describe('Items of a distributed Map', () => {
  it('come from a JSON array', async () => {
    expect(await read({ k: '[1,{"a":2}]' }, 'k', { InputType: 'JSON' })).to.deep.equal([1, { a: 2 }])
  })

  it('come from the members of a JSON object', async () => {
    expect(await read({ k: '{"a":1,"b":2}' }, 'k', { InputType: 'JSON' })).to.deep.equal([
      { Key: 'a', Value: 1 },
      { Key: 'b', Value: 2 },
    ])
  })

  it('come from where the pointer leads', async () => {
    const config = { InputType: 'JSON', ItemsPointer: '/a~1b/1' }
    expect(await read({ k: '{"a/b":[0,[7,8]]}' }, 'k', config)).to.deep.equal([7, 8])
    expect(await failureOf(read({ k: '{}' }, 'k', config))).to.include({ error: 'States.ItemReaderFailed' })
  })

  it('come one from each line', async () => {
    expect(await read({ k: '{"a":1}\n\n2\n' }, 'k', { InputType: 'JSONL' })).to.deep.equal([{ a: 1 }, 2])
  })

  it('come from the files of an inventory', async () => {
    const manifest = { fileSchema: 'Bucket, Key', files: [{ key: 'one' }, { key: 'two' }] }
    const objects = { k: JSON.stringify(manifest), one: '"b","x"\n', two: '"b","y"\n' }
    expect(await read(objects, 'k', { InputType: 'MANIFEST' })).to.deep.equal([
      { Bucket: 'b', Key: 'x' },
      { Bucket: 'b', Key: 'y' },
    ])
  })

  it('come from all pages of a list of objects, at most as many as wanted', async () => {
    const sdk = bucketOf({ a: '', b: '', c: '' })
    const request = { resource: 'arn:aws:states:::s3:listObjectsV2', parameters: { Bucket: 'b' }, roleArn: '' }
    const all = await readItems(sdk, { ...request, readerConfig: {} })
    expect(all).to.deep.equal([{ Key: 'a' }, { Key: 'b' }, { Key: 'c' }])
    expect(await readItems(sdk, { ...request, readerConfig: { MaxItems: 2 } })).to.have.length(2)
  })

  it('cannot come from a number, from no JSON, from a missing object, or in an unknown format', async () => {
    const one = await failureOf(read({ k: '1' }, 'k', { InputType: 'JSON' }))
    expect(one).to.include({ error: 'States.ItemReaderFailed', message: 'Attempting to map over non-iterable node.' })
    expect(await failureOf(read({ k: '{' }, 'k', { InputType: 'JSON' }))).to.include({
      error: 'States.ItemReaderFailed',
    })
    const missing = await failureOf(read({}, 'k', { InputType: 'JSON' }))
    expect(missing).to.include({ error: 'States.ItemReaderFailed' })
    expect(missing.message).to.contain('The specified key does not exist. (Service: Amazon S3; Status Code: 404')
    expect((await failureOf(read({ k: '' }, 'k', { InputType: 'PARQUET' }))).message).to.contain('PARQUET')
  })
})
