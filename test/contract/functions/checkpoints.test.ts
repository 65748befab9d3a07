import '../../support/product-environment.ts'
import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect } from 'chai'
import sinon from 'sinon'
import { handler } from '../../../functions/api/checkpoints/handler.ts'
import { dynamodb } from '../../../functions/shared/aws/dynamodb.ts'
import { s3 } from '../../../functions/shared/aws/s3.ts'
import { toAuthorizerContext } from '../../../functions/shared/http/caller.ts'
import { abortUploads } from '../../../functions/shared/objects/abort-uploads.ts'
import { type LibraryFixture, startLibrary } from '../../support/library-fixture.ts'
import { safetensorsFile } from '../../support/safetensors-file.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field, and a wrong guess fails the test
type Json = Record<string, any>

const admin = { username: 'admin', roles: ['IT Operator'], permissions: ['checkpoint:all', 'user:all'] }
const painter = { username: 'painter', roles: ['painters'], permissions: ['checkpoint:all'] }
const MiB = 1024 * 1024

describe('The checkpoint routes on real tables and a real bucket', () => {
  let library: LibraryFixture

  before(async () => {
    library = await startLibrary()
    await put(library.accountsTable, { id: 'role/painters', kind: 'role', permissions: ['checkpoint:all'] })
    await put(library.accountsTable, { id: 'user/painter', kind: 'user', roles: ['painters'] })
  })
  after(() => library.stop())
  beforeEach(async () => {
    const { body } = await call('GET', '/checkpoints')
    const ids = body.data.checkpoints.map((row: Json) => row.id)
    if (ids.length > 0) await call('DELETE', '/checkpoints', { checkpoint_id_list: ids })
  })
  afterEach(() => sinon.restore())

  const put = (TableName: string, Item: Json) => dynamodb.send(new PutCommand({ TableName, Item }))

  async function call(
    method: string,
    path: string,
    body?: unknown,
    { caller = admin as typeof admin | null, query = {} as Record<string, string[]> } = {},
  ): Promise<{ status: number; body: Json; headers: Record<string, string> }> {
    const id = path.split('/')[2]
    const answer = await handler({
      httpMethod: method,
      resource: id === undefined ? path : '/checkpoints/{id}',
      path,
      pathParameters: id === undefined ? null : { id },
      multiValueQueryStringParameters: query,
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      requestContext: { requestId: 'r-1', authorizer: caller ? toAuthorizerContext(caller) : { message: 'Allowed' } },
    })
    return { status: answer.statusCode, body: JSON.parse(answer.body), headers: answer.headers }
  }

  const created = async (filenames: Json[], caller = admin, type = 'Stable-diffusion') => {
    const { status, body } = await call('POST', '/checkpoints', { checkpoint_type: type, filenames }, { caller })
    expect(status, JSON.stringify(body)).to.equal(201)
    return body.data
  }

  async function uploadTo(urls: string[], parts: Uint8Array[]): Promise<{ ETag: string; PartNumber: number }[]> {
    const tags: { ETag: string; PartNumber: number }[] = []
    for (const [index, part] of parts.entries()) {
      const response = await fetch(urls[index]!, { method: 'PUT', body: part })
      expect(response.status, await response.text()).to.equal(200)
      tags.push({ ETag: response.headers.get('etag')!, PartNumber: index + 1 })
    }
    return tags
  }

  async function upload(name: string, file = safetensorsFile(4096), caller = admin): Promise<string> {
    const { checkpoint, s3PresignUrl } = await created([{ filename: name, parts_number: 1 }], caller)
    const tags = await uploadTo(s3PresignUrl[name], [file])
    const { status, body } = await call('PUT', `/checkpoints/${checkpoint.id}`, {
      status: 'Active',
      multi_parts_tags: { [name]: tags },
    })
    expect(status, JSON.stringify(body)).to.equal(200)
    return checkpoint.id
  }

  async function inBucket(): Promise<{ keys: string[]; uploads: number }> {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: library.bucket }))
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: library.bucket }))
    return { keys: Contents.map(({ Key }) => Key!), uploads: Uploads.length }
  }

  it('takes a checkpoint from creation over presigned parts, sent in any order, to Active', async () => {
    const name = 'castles v1.5.safetensors'
    const { checkpoint, s3PresignUrl } = await created([{ filename: name, parts_number: 2 }])
    expect(checkpoint).to.include({ type: 'Stable-diffusion', status: 'Initial' })
    expect(checkpoint.id).to.have.lengthOf(36)
    expect(checkpoint.params.creator).to.equal('admin')
    expect(checkpoint.params.multipart_upload[name]).to.have.keys('upload_id', 'bucket', 'key')
    const file = safetensorsFile(6 * MiB)
    const tags = await uploadTo(s3PresignUrl[name], [file.subarray(0, 5 * MiB), file.subarray(5 * MiB)])
    const completion = { status: 'Active', multi_parts_tags: { [name]: tags.toReversed() } }
    const { status, body, headers } = await call('PUT', `/checkpoints/${checkpoint.id}`, completion, { caller: null })
    expect(status, JSON.stringify(body)).to.equal(200)
    expect(body.data.checkpoint).to.include({
      id: checkpoint.id,
      status: 'Active',
      s3_location: checkpoint.s3_location,
    })
    expect(headers['x-api-version']).to.equal('1.5.0')
    const again = await call('PUT', `/checkpoints/${checkpoint.id}`, completion)
    expect([again.status, again.body.data.checkpoint.status]).to.deep.equal([200, 'Active'])
    expect(await inBucket()).to.deep.equal({
      keys: [`Stable-diffusion/checkpoint/custom/${checkpoint.id}/${name}`],
      uploads: 0,
    })
  })

  it('signs part URLs for twelve hours, over the host alone', async () => {
    const { s3PresignUrl } = await created([{ filename: 'a.safetensors', parts_number: 3 }])
    expect(s3PresignUrl['a.safetensors']).to.have.lengthOf(3)
    for (const [index, text] of s3PresignUrl['a.safetensors'].entries()) {
      const query = new URL(text).searchParams
      expect(query.get('partNumber')).to.equal(String(index + 1))
      expect(query.get('X-Amz-Expires')).to.equal('43200')
      expect(query.get('X-Amz-SignedHeaders')).to.equal('host')
      expect([...query.keys()].filter((key) => key.includes('checksum'))).to.deep.equal([])
    }
  })

  it('gives a name to one of two callers who ask at once, and leaves nothing of the other', async () => {
    const body = { checkpoint_type: 'Lora', filenames: [{ filename: 'twin.safetensors', parts_number: 1 }] }
    const answers = await Promise.all([call('POST', '/checkpoints', body), call('POST', '/checkpoints', body)])
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409])
    const loser = answers.find(({ status }) => status === 409)!
    expect(loser.body.message).to.equal('twin.safetensors already exists, please use another or rename/delete exists')
    const items = await library.items(library.checkpointsTable)
    expect(items).to.have.lengthOf(2)
    expect((await inBucket()).uploads).to.equal(1)
  })

  it('unmakes names, uploads and record when the second of two files cannot be opened', async () => {
    const send = s3.send.bind(s3) as (command: unknown) => Promise<unknown>
    let opened = 0
    sinon.stub(console, 'log')
    sinon.stub(s3, 'send').callsFake(((command: { constructor: { name: string } }) => {
      const isOpening = command.constructor.name === 'CreateMultipartUploadCommand'
      if (isOpening && ++opened === 2) return Promise.reject(new Error('the bucket is gone'))
      return send(command)
    }) as never)
    const filenames = ['one', 'two'].map((name) => ({ filename: `${name}.safetensors`, parts_number: 1 }))
    const { status } = await call('POST', '/checkpoints', { checkpoint_type: 'Lora', filenames })
    expect(status).to.equal(500)
    sinon.restore()
    expect(await library.items(library.checkpointsTable)).to.deep.equal([])
    expect(await inBucket()).to.deep.equal({ keys: [], uploads: 0 })
  })

  it('unmakes everything when only the second name is taken', async () => {
    await upload('taken.safetensors')
    const filenames = ['free', 'taken'].map((name) => ({ filename: `${name}.safetensors`, parts_number: 1 }))
    expect((await call('POST', '/checkpoints', { checkpoint_type: 'Lora', filenames })).status).to.equal(409)
    expect(await library.items(library.checkpointsTable)).to.have.lengthOf(2)
    await upload('free.safetensors')
  })

  it('takes over a name that an upload abandoned more than a day ago still holds', async () => {
    const { checkpoint } = await created([{ filename: 'old.safetensors', parts_number: 1 }])
    const request = { checkpoint_type: 'Lora', filenames: [{ filename: 'old.safetensors', parts_number: 1 }] }
    expect((await call('POST', '/checkpoints', request)).status).to.equal(409)
    const { Item } = await dynamodb.send(
      new GetCommand({ TableName: library.checkpointsTable, Key: { id: checkpoint.id } }),
    )
    const createdAt = new Date(Date.now() - 25 * 3600 * 1000).toISOString()
    await put(library.checkpointsTable, { ...Item, createdAt })
    const taken = await call('POST', '/checkpoints', request)
    expect(taken.status, JSON.stringify(taken.body)).to.equal(201)
    expect((await inBucket()).uploads).to.equal(1)
    expect((await call('PUT', `/checkpoints/${checkpoint.id}`, { name: 'x' })).status).to.equal(404)
  })

  describe('refuses to complete an upload, naming file and part,', () => {
    const name = 'parts.safetensors'
    let id: string
    let tags: { ETag: string; PartNumber: number }[]

    beforeEach(async () => {
      const { checkpoint, s3PresignUrl } = await created([{ filename: name, parts_number: 3 }])
      id = checkpoint.id
      const file = safetensorsFile(6 * MiB)
      tags = await uploadTo(s3PresignUrl[name], [file.subarray(0, 5 * MiB), file.subarray(5 * MiB)])
    })

    const cases: [string, (tags: Json[]) => unknown, string][] = [
      ['without tags', () => ({}), 'multi parts tags is empty'],
      [
        'with a file that is not there',
        (t) => ({ 'x.safetensors': t }),
        'multi_parts_tags["x.safetensors"] is no file',
      ],
      ['without the parts of the file', () => ({ [name]: [] }), `multi_parts_tags["${name}"] has 0 items`],
      ['with a part named twice', (t) => ({ [name]: [t[0], t[0]] }), 'names part 1 twice'],
      ['with a gap', (t) => ({ [name]: [t[1]] }), 'lacks part 1'],
      ['with too few parts', (t) => ({ [name]: [t[0]] }), 'part 2 was uploaded but is not in multi_parts_tags'],
      [
        'with a part that was never put',
        (t) => ({ [name]: [...t, { ETag: 'x', PartNumber: 3 }] }),
        'part 3 was not uploaded',
      ],
      ['with a wrong ETag', (t) => ({ [name]: [{ ...t[0], ETag: '"bad"' }, t[1]] }), 'part 1 has the ETag'],
      ['with an ETag that is no text', (t) => ({ [name]: [{ ...t[0], ETag: 7 }, t[1]] }), '[0].ETag is a number'],
      [
        'with a part number that is no number',
        (t) => ({ [name]: [{ ...t[0], PartNumber: '1' }] }),
        '[0].PartNumber is "1"',
      ],
      ['with a list instead of an object', () => [], 'multi_parts_tags is a list'],
    ]
    for (const [what, change, expected] of cases) {
      it(what, async () => {
        const answer = await call('PUT', `/checkpoints/${id}`, { status: 'Active', multi_parts_tags: change(tags) })
        expect(answer.status, JSON.stringify(answer.body)).to.equal(400)
        expect(answer.body.message).to.contain(expected)
        const good = await call('PUT', `/checkpoints/${id}`, { status: 'Active', multi_parts_tags: { [name]: tags } })
        expect(good.status, 'the upload can still be completed').to.equal(200)
      })
    }

    it('with a status that is not Active', async () => {
      const answer = await call('PUT', `/checkpoints/${id}`, { status: 'foo', multi_parts_tags: { [name]: tags } })
      expect([answer.status, answer.body.message]).to.deep.equal([
        400,
        'status is "foo": give "Active" to complete the uploads',
      ])
    })

    it('whose upload was aborted meanwhile', async () => {
      await abortUploads(library.bucket, '')
      const answer = await call('PUT', `/checkpoints/${id}`, { status: 'Active', multi_parts_tags: { [name]: tags } })
      expect([answer.status, answer.body.message]).to.deep.equal([
        400,
        `multi_parts_tags["${name}"]: its upload has expired or was aborted: delete the checkpoint and create it again`,
      ])
    })
  })

  it('disables a checkpoint whose file is not safetensors, tells why, and frees its name at once', async () => {
    const name = 'tar.safetensors'
    const { checkpoint, s3PresignUrl } = await created([{ filename: name, parts_number: 1 }])
    const tags = await uploadTo(s3PresignUrl[name], [Buffer.alloc(2048, 'x')])
    const completion = { status: 'Active', multi_parts_tags: { [name]: tags } }
    const first = await call('PUT', `/checkpoints/${checkpoint.id}`, completion)
    expect(first.status).to.equal(400)
    expect(first.body.message).to.match(
      /^tar\.safetensors is not a valid safetensors file: it claims a header of \d+ bytes/,
    )
    expect(first.body.message).to.contain('is disabled; upload a good file as a new one')
    const second = await call('PUT', `/checkpoints/${checkpoint.id}`, completion)
    expect(second.status).to.equal(400)
    expect(second.body.message).to.contain('not a valid safetensors file')
    const { body } = await call('GET', '/checkpoints')
    expect(body.data.checkpoints[0]).to.include({ id: checkpoint.id, status: 'Disabled' })
    expect(body.data.checkpoints[0].params.reason).to.contain('not a valid safetensors file')
    expect(await inBucket()).to.deep.equal({ keys: [], uploads: 0 })
    await upload(name)
  })

  it('keeps the good file beside a bad one until the checkpoint is deleted', async () => {
    const { checkpoint, s3PresignUrl } = await created(
      ['good.safetensors', 'bad.safetensors'].map((filename) => ({ filename, parts_number: 1 })),
    )
    const good = await uploadTo(s3PresignUrl['good.safetensors'], [safetensorsFile(4096)])
    const bad = await uploadTo(s3PresignUrl['bad.safetensors'], [new Uint8Array(4)])
    const { status } = await call('PUT', `/checkpoints/${checkpoint.id}`, {
      status: 'Active',
      multi_parts_tags: { 'good.safetensors': good, 'bad.safetensors': bad },
    })
    expect(status).to.equal(400)
    expect((await inBucket()).keys.map((key) => key.split('/').at(-1))).to.deep.equal(['good.safetensors'])
    await call('DELETE', '/checkpoints', { checkpoint_id_list: [checkpoint.id] })
    expect((await inBucket()).keys).to.deep.equal([])
  })

  it('finishes a completion that was cut off after S3 had made the object', async () => {
    const name = 'again.safetensors'
    const { checkpoint, s3PresignUrl } = await created([{ filename: name, parts_number: 1 }])
    const tags = await uploadTo(s3PresignUrl[name], [safetensorsFile(4096)])
    const completion = { status: 'Active', multi_parts_tags: { [name]: tags } }
    sinon.stub(console, 'log')
    const send = dynamodb.send.bind(dynamodb) as (command: unknown) => Promise<unknown>
    sinon
      .stub(dynamodb, 'send')
      .callsFake(((command: { constructor: { name: string } }) =>
        command.constructor.name === 'UpdateCommand' ? Promise.reject(new Error('cut')) : send(command)) as never)
    expect((await call('PUT', `/checkpoints/${checkpoint.id}`, completion)).status).to.equal(500)
    sinon.restore()
    const again = await call('PUT', `/checkpoints/${checkpoint.id}`, completion)
    expect([again.status, again.body.data.checkpoint.status]).to.deep.equal([200, 'Active'])
  })

  it('answers both of two completions that run at once with Active', async () => {
    const name = 'race.safetensors'
    const { checkpoint, s3PresignUrl } = await created([{ filename: name, parts_number: 1 }])
    const tags = await uploadTo(s3PresignUrl[name], [safetensorsFile(4096)])
    const completion = { status: 'Active', multi_parts_tags: { [name]: tags } }
    const answers = await Promise.all([1, 2].map(() => call('PUT', `/checkpoints/${checkpoint.id}`, completion)))
    expect(answers.map(({ status, body }) => [status, body.data?.checkpoint.status])).to.deep.equal([
      [200, 'Active'],
      [200, 'Active'],
    ])
  })

  it('leaves no object behind when the checkpoint is deleted while it is being completed', async () => {
    const name = 'vanishing.safetensors'
    const { checkpoint, s3PresignUrl } = await created([{ filename: name, parts_number: 1 }])
    const tags = await uploadTo(s3PresignUrl[name], [safetensorsFile(4096)])
    const send = dynamodb.send.bind(dynamodb) as (command: unknown) => Promise<unknown>
    sinon.stub(dynamodb, 'send').callsFake((async (command: { constructor: { name: string } }) => {
      if (command.constructor.name === 'UpdateCommand') {
        await send(new DeleteCommand({ TableName: library.checkpointsTable, Key: { id: checkpoint.id } }))
      }
      return send(command)
    }) as never)
    const completion = { status: 'Active', multi_parts_tags: { [name]: tags } }
    const { status } = await call('PUT', `/checkpoints/${checkpoint.id}`, completion)
    sinon.restore()
    expect(status).to.equal(404)
    expect((await inBucket()).keys).to.deep.equal([])
    await dynamodb.send(new DeleteCommand({ TableName: library.checkpointsTable, Key: { id: `name/${name}` } }))
  })

  it('takes a pickled embedding by its extension, unless it is empty', async () => {
    const completed = async (name: string, content: Uint8Array) => {
      const { checkpoint, s3PresignUrl } = await created([{ filename: name, parts_number: 1 }], admin, 'embeddings')
      const tags = await uploadTo(s3PresignUrl[name], [content])
      return call('PUT', `/checkpoints/${checkpoint.id}`, { status: 'Active', multi_parts_tags: { [name]: tags } })
    }
    expect((await completed('style.pt', Buffer.from('PK'))).status).to.equal(200)
    const empty = await completed('empty.pt', new Uint8Array(0))
    expect(empty.status).to.equal(400)
    expect(empty.body.message).to.contain('empty.pt is empty')
  })

  it('deletes once and answers 204 twice when two callers delete at once', async () => {
    const id = await upload('twice.safetensors')
    const answers = await Promise.all([1, 2].map(() => call('DELETE', '/checkpoints', { checkpoint_id_list: [id] })))
    expect(answers.map(({ status }) => status)).to.deep.equal([204, 204])
    expect(await library.items(library.checkpointsTable)).to.deep.equal([])
  })

  it('gives one of two names to a checkpoint that is renamed twice at once, and the other back', async () => {
    const id = await upload('start.safetensors')
    const answers = await Promise.all(['left', 'right'].map((name) => call('PUT', `/checkpoints/${id}`, { name })))
    expect(answers.map(({ status }) => status).sort()[0]).to.equal(202)
    const items = await library.items(library.checkpointsTable)
    const { body } = await call('GET', '/checkpoints')
    const claims = items.map((item) => (item.id as { S: string }).S).filter((key) => key.startsWith('name/'))
    expect(claims).to.deep.equal([`name/${body.data.checkpoints[0].name[0]}`])
  })

  it('renames keeping the extension, the object and the claim in step', async () => {
    const id = await upload('before.safetensors')
    await upload('other.safetensors')
    const renamed = await call('PUT', `/checkpoints/${id}`, { name: 'after-v1.5' })
    expect([renamed.status, renamed.body.message]).to.deep.equal([202, 'renamed to after-v1.5.safetensors'])
    const taken = await call('PUT', `/checkpoints/${id}`, { name: 'other' })
    expect(taken.status).to.equal(409)
    const same = await call('PUT', `/checkpoints/${id}`, { name: 'after-v1.5.safetensors' })
    expect([same.status, same.body.message]).to.deep.equal([200, 'no need to update'])
    const kind = await call('PUT', `/checkpoints/${id}`, { name: 'after.ckpt' })
    expect([kind.status, kind.body.message]).to.deep.equal([
      400,
      'name ends in .ckpt: keep .safetensors, or leave the extension out',
    ])
    await upload('before.safetensors')
    const { body } = await call('GET', '/checkpoints')
    expect(body.data.checkpoints.find((row: Json) => row.id === id).name).to.deep.equal(['after-v1.5.safetensors'])
  })

  it('renames only active checkpoints, and only for a user who may see them', async () => {
    const { checkpoint } = await created([{ filename: 'a.safetensors', parts_number: 1 }])
    const early = await call('PUT', `/checkpoints/${checkpoint.id}`, { name: 'b' })
    expect([early.status, early.body.message]).to.deep.equal([400, 'only active can update name'])
    expect((await call('PUT', `/checkpoints/${checkpoint.id}`, { name: 'b' }, { caller: null })).status).to.equal(403)
    expect((await call('PUT', `/checkpoints/${checkpoint.id}`, { name: 'b' }, { caller: painter })).status).to.equal(
      404,
    )
  })

  it('shows each user what their roles may see, and an administrator what a user sees', async () => {
    const mine = await upload('mine.safetensors', safetensorsFile(2048), painter)
    const theirs = await upload('theirs.safetensors')
    const ids = async (caller: typeof admin, query = {}) =>
      (await call('GET', '/checkpoints', undefined, { caller, query })).body.data.checkpoints.map((row: Json) => row.id)
    expect(await ids(admin)).to.deep.equal([theirs, mine])
    expect(await ids(painter)).to.deep.equal([mine])
    expect(await ids(admin, { username: ['painter'] })).to.deep.equal([mine])
    expect(await ids(admin, { roles: ['painters', 'x'] })).to.deep.equal([mine])
    const unknown = await call('GET', '/checkpoints', undefined, { query: { username: ['nobody'] } })
    expect([unknown.status, unknown.body.message]).to.deep.equal([400, 'user: "nobody" not exist'])
  })

  it('pages newest first, with a page count that is right and rows in the contract’s form', async () => {
    const files = Array.from({ length: 4 }, (_, index) => `m${index}.safetensors`)
    for (const name of files) await created([{ filename: name, parts_number: 1 }], admin, 'Lora')
    const page = async (query: Record<string, string[]>) =>
      (await call('GET', '/checkpoints', undefined, { query })).body.data
    const two = await page({ page: ['2'], per_page: ['2'], types: ['Lora', 'VAE'], status: ['Initial'] })
    expect(two).to.include({ page: 2, per_page: 2, pages: 2, total: 4 })
    expect(two.checkpoints.map((row: Json) => row.name[0])).to.deep.equal(['m1.safetensors', 'm0.safetensors'])
    expect(two.checkpoints[0]).to.have.keys(
      'id',
      's3Location',
      'type',
      'status',
      'name',
      'created',
      'params',
      'allowed_roles_or_users',
    )
    expect(two.checkpoints[0].created).to.match(/^\d+(\.\d+)?$/)
    expect(two.checkpoints[0].params.created).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/)
    expect((await page({ status: ['Active'] })).total).to.equal(0)
    expect((await page({ page: ['1'] })).per_page).to.equal(10)
    for (const [name, value] of [
      ['page', '0'],
      ['page', 'x'],
      ['per_page', '-1'],
      ['types', 'tar'],
      ['status', 'Gone'],
    ] as const) {
      const bad = await call('GET', '/checkpoints', undefined, { query: { [name]: [value] } })
      expect(bad.status).to.equal(400)
      expect(bad.body.message).to.contain(`Query ${name} is "${value}": give`)
    }
  })

  it('deletes objects, open uploads, names and rows of what the caller may see, and skips the rest', async () => {
    const active = await upload('gone.safetensors', safetensorsFile(2048), painter)
    const { checkpoint: open } = await created([{ filename: 'open.safetensors', parts_number: 1 }], painter)
    const theirs = await upload('stays.safetensors')
    const ids = [active, active, open.id, theirs, 'unknown', 'name/stays.safetensors']
    const answer = await call('DELETE', '/checkpoints', { checkpoint_id_list: ids }, { caller: painter })
    expect([answer.status, answer.body]).to.deep.equal([204, { statusCode: 204, message: 'checkpoints deleted' }])
    expect(await inBucket()).to.deep.equal({
      keys: [`Stable-diffusion/checkpoint/custom/${theirs}/stays.safetensors`],
      uploads: 0,
    })
    expect(await library.items(library.checkpointsTable)).to.have.lengthOf(2)
  })

  it('deletes nothing while a running merge reads one of the checkpoints', async () => {
    const free = await upload('free.safetensors')
    const read = await upload('read.safetensors')
    const merge = {
      id: 'm-1',
      list: 'merges',
      createdAt: new Date().toISOString(),
      name: 'castle-mix',
      status: 'Merging',
      request: { method: 'weighted-sum', primary: 'read.safetensors', secondary: 'x' },
    }
    await put(library.mergesTable, merge)
    const answer = await call('DELETE', '/checkpoints', { checkpoint_id_list: [free, read] })
    expect([answer.status, answer.body.message]).to.deep.equal([
      409,
      'checkpoint_id_list: read.safetensors is read by the running merge "castle-mix" (m-1): wait for its end or stop it',
    ])
    expect((await call('GET', '/checkpoints')).body.data.total).to.equal(2)
    await put(library.mergesTable, { ...merge, status: 'Succeeded' })
    expect((await call('DELETE', '/checkpoints', { checkpoint_id_list: [free, read] })).status).to.equal(204)
  })

  it('answers 400 with a field name to bodies that are no JSON objects', async () => {
    for (const [method, path] of [
      ['POST', '/checkpoints'],
      ['PUT', '/checkpoints/x'],
      ['DELETE', '/checkpoints'],
    ] as const) {
      for (const body of ['', '{', '[]', 'null', '"text"']) {
        const answer = await call(method, path, body)
        expect([method, body, answer.status]).to.deep.equal([method, body, 400])
        expect(answer.body.message).to.match(/^The body is /)
      }
    }
  })

  it('answers 404 for an id that is not there and 400 for a list that is none', async () => {
    const unknown = await call('PUT', '/checkpoints/nothing', { status: 'Active' })
    expect([unknown.status, unknown.body.message]).to.deep.equal([404, 'checkpoint not found with id nothing'])
    const list = await call('DELETE', '/checkpoints', { checkpoint_id_list: [] })
    expect([list.status, list.body.message]).to.deep.equal([
      400,
      'checkpoint_id_list has 0 items: give a list of 1 to 100 items',
    ])
  })

  it('keeps free params of any kind, numbers as text', async () => {
    const params = {
      message: 'hi',
      creator: 'somebody else',
      seed: 2 ** 70,
      deep: [{ a: null, b: [1.5] }],
    }
    const request = { checkpoint_type: 'Lora', params, filenames: [{ filename: 'p.safetensors', parts_number: 1 }] }
    const { status, body } = await call('POST', '/checkpoints', request)
    expect(status, JSON.stringify(body)).to.equal(201)
    expect(body.data.checkpoint.params).to.deep.include({
      message: 'hi',
      creator: 'admin',
      seed: '1.1805916207174113e+21',
      deep: [{ a: null, b: ['1.5'] }],
    })
  })
})
