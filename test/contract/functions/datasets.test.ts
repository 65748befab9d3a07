import '../../support/product-environment.ts'
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { BatchWriteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect } from 'chai'
import sinon from 'sinon'
import { handler } from '../../../functions/api/datasets/handler.ts'
import { dynamodb } from '../../../functions/shared/aws/dynamodb.ts'
import { s3 } from '../../../functions/shared/aws/s3.ts'
import { writeBatches } from '../../../functions/shared/aws/write-batches.ts'
import { systemClock } from '../../../functions/shared/clock.ts'
import { listDatasetItems } from '../../../functions/shared/datasets/list-dataset-items.ts'
import { readDataset } from '../../../functions/shared/datasets/read-dataset.ts'
import { toAuthorizerContext } from '../../../functions/shared/http/caller.ts'
import { type LibraryFixture, startLibrary } from '../../support/library-fixture.ts'
import { pngFile } from '../../support/picture-files.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field, and a wrong guess fails the test
type Json = Record<string, any>

const admin = { username: 'admin', roles: ['IT Operator'], permissions: ['train:all', 'user:all'] }
const painter = { username: 'painter', roles: ['painters'], permissions: ['train:all'] }
const stranger = { username: 'stranger', roles: ['others'], permissions: ['train:all'] }

const file = (filename: string, more: Json = {}) => ({ filename, name: filename, type: 'image', params: {}, ...more })
const pictures = (count: number) => Array.from({ length: count }, (_, index) => file(`${index + 1}.png`))

describe('The dataset routes on real tables and a real bucket', () => {
  let library: LibraryFixture
  let serial = 0

  before(async () => {
    library = await startLibrary()
  })
  after(() => library.stop())
  afterEach(() => sinon.restore())

  const newName = (): string => `set${++serial}`

  async function call(
    method: string,
    path: string,
    body?: unknown,
    { caller = painter as typeof painter | null, query = {} as Record<string, string> } = {},
  ): Promise<{ status: number; body: Json; length: number }> {
    const id = path.split('/')[2]
    const answer = await handler({
      httpMethod: method,
      resource: id === undefined ? path : '/datasets/{id}',
      path,
      pathParameters: id === undefined ? null : { id },
      queryStringParameters: query,
      body: body === undefined ? null : JSON.stringify(body),
      requestContext: { requestId: 'r-1', authorizer: caller ? toAuthorizerContext(caller) : { message: 'Allowed' } },
    })
    return { status: answer.statusCode, body: JSON.parse(answer.body), length: Buffer.byteLength(answer.body) }
  }

  async function expectStatus(status: number, ...request: Parameters<typeof call>): Promise<Json> {
    const answer = await call(...request)
    expect(answer.status, JSON.stringify(answer.body).slice(0, 500)).to.equal(status)
    expect(answer.body.statusCode).to.equal(status)
    return answer.body
  }

  const create = async (body: Json, caller = painter) =>
    (await expectStatus(201, 'POST', '/datasets', { creator: 'x', params: {}, ...body }, { caller })).data

  async function upload(urls: Record<string, string>, bytes = pngFile()): Promise<void> {
    for (const url of Object.values(urls)) {
      const response = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) })
      expect(response.status, await response.text()).to.equal(200)
    }
  }

  const enable = (name: string) => expectStatus(200, 'PUT', `/datasets/${name}`, { status: 'Enabled' })

  async function keysOf(name: string): Promise<string[]> {
    const list = new ListObjectsV2Command({ Bucket: library.bucket, Prefix: `dataset/${name}/` })
    const { Contents = [] } = await s3.send(list)
    return Contents.map(({ Key }) => Key as string)
  }

  const itemsOf = async (name: string): Promise<Json[]> =>
    (await library.items(library.datasetItemsTable)).filter((item) => (item.datasetName as Json).S === name)

  it('takes a dataset from creation over presigned uploads to Enabled, as the WebUI does', async () => {
    const name = newName()
    const created = await create({
      dataset_name: name,
      content: [...pictures(3), file('1.txt', { type: 'text' })],
      prefix: '10_toy',
      params: { description: 'a toy', steps: 7 },
    })
    expect(created.datasetName).to.equal(name)
    expect(created.s3PresignUrl).to.have.all.keys('1.png', '2.png', '3.png', '1.txt')
    await upload(created.s3PresignUrl)
    expect(await keysOf(name)).to.have.members(
      ['1.png', '2.png', '3.png', '1.txt'].map((file) => `dataset/${name}/10_toy/${file}`),
    )
    expect((await enable(name)).data).to.deep.equal({ datasetName: name, status: 'Enabled' })

    const { data } = await expectStatus(200, 'GET', `/datasets/${name}`)
    expect(data).to.include({
      dataset_name: name,
      datasetName: name,
      prefix: '10_toy',
      s3: `s3://library/dataset/${name}`,
      status: 'Enabled',
      description: 'a toy',
      steps: '7',
      files: '4',
      last_evaluated_key: null,
    })
    expect(data.timestamp).to.match(/^\d{10}(\.\d+)?$/)
    expect(data.data.map((row: Json) => row.key)).to.deep.equal(['1.png', '1.txt', '2.png', '3.png'])
    expect(data.data[0]).to.include({
      name: '1.png',
      type: 'image',
      dataStatus: 'Enabled',
      original_file_name: '1.png',
    })
    const preview = await fetch(data.data[0].preview_url)
    expect(Buffer.from(await preview.arrayBuffer()).equals(pngFile())).to.equal(true)
  })

  it('counts files, images and bytes once the dataset is enabled', async () => {
    const name = newName()
    const { s3PresignUrl } = await create({ dataset_name: name, content: [...pictures(2), file('1.txt')] })
    await upload(s3PresignUrl, Buffer.alloc(10))
    await enable(name)
    expect(await readDataset(library.datasetsTable, name)).to.include({ files: 3, images: 2, bytes: 30 })
  })

  it('names in the preview the file that was uploaded, whatever name the client gives it', async () => {
    const name = newName()
    await create({
      dataset_name: name,
      content: [{ filename: 'day/a.png', name: 'A', type: 'image', params: { tag: 1 } }],
    })
    const { data } = await expectStatus(200, 'GET', `/datasets/${name}`)
    expect(data.data[0]).to.include({ key: 'day/a.png', name: 'A', tag: '1', dataStatus: 'Initialed' })
    expect(data.data[0].preview_url).to.contain(`/dataset/${name}/day/a.png?`)
  })

  it('signs uploads without a content type, so that any may be sent', async () => {
    const name = newName()
    const { s3PresignUrl } = await create({ dataset_name: name, content: pictures(1) })
    const url = new URL(s3PresignUrl['1.png'])
    expect(url.searchParams.get('X-Amz-SignedHeaders')).to.equal('host')
    expect(Number(url.searchParams.get('X-Amz-Expires'))).to.equal(7 * 24 * 3600)
    const headers = { 'content-type': 'image/png' }
    expect((await fetch(url, { method: 'PUT', body: 'x', headers })).status).to.equal(200)
  })

  it('needs none of the fields that nobody needs', async () => {
    const name = newName()
    await expectStatus(201, 'POST', '/datasets', { dataset_name: name, content: [{ filename: 'a.png' }] })
    const { data } = await expectStatus(200, 'GET', `/datasets/${name}`)
    expect(data).to.include({ description: '', prefix: '' })
    expect(data.data[0]).to.include({ name: 'a.png', type: 'image' })
  })

  describe('refuses as the body of POST /datasets', () => {
    const one = (filename: unknown) => ({ dataset_name: 'ds', content: [{ ...file('x'), filename }] })
    const cases: [string, Json, string][] = [
      ['no name', { content: [] }, 'dataset_name is missing'],
      ['a name with a dot', { dataset_name: 'a.b', content: [] }, 'dataset_name is "a.b"'],
      ['a name that begins with a digit', { dataset_name: '1a', content: [] }, 'dataset_name is "1a"'],
      ['a name of 21 characters', { dataset_name: 'a'.repeat(21), content: [] }, 'dataset_name has 21'],
      ['no content', { dataset_name: 'ds' }, 'content is missing'],
      ['a path upwards', one('../a.png'), 'content[0].filename is "../a.png": give a relative path'],
      ['a path upwards in the middle', one('a/../../b.png'), 'give a relative path'],
      ['an absolute path', one('/a.png'), 'give a relative path'],
      ['a double slash', one('a//b.png'), 'give a relative path'],
      ['a backslash', one('a\\b.png'), 'give a relative path'],
      ['a control character', one('a\u0000.png'), 'give a relative path'],
      ['a line break', one('a\n.png'), 'give a relative path'],
      ['half a character', one('a\ud800.png'), 'give a relative path'],
      ['a hidden file', one('.a.png'), 'give a relative path'],
      ['a space at the end of a folder', one('a /b.png'), 'give a relative path'],
      ['a folder that looks like a file', one('a.png/b.png'), 'has a folder "a.png"'],
      ['a program', one('a.exe'), 'content[0].filename is "a.exe": a dataset takes .png, .jpg'],
      ['a file without an ending', one('png'), 'a dataset takes'],
      ['an ending of a prototype', one('a.constructor'), 'a dataset takes'],
      ['a name of 256 bytes', one(`${'ä'.repeat(126)}.png`), 'has a part of 256 bytes'],
      ['a path that is too long for a key', one(`${`${'a'.repeat(250)}/`.repeat(4)}bbbbbbbb.png`), 'has 1027 bytes'],
      ['a file name that is a number', one(7), 'content[0].filename is a number'],
      ['a file twice', { dataset_name: 'ds', content: [file('a.png'), file('a.png')] }, 'repeats "a.png"'],
      ['a prefix upwards', { dataset_name: 'ds', content: [], prefix: '../other' }, 'prefix is "../other"'],
      ['a prefix with a slash before it', { dataset_name: 'ds', content: [], prefix: '/x' }, 'prefix is "/x"'],
      ['a prefix with a slash behind it', { dataset_name: 'ds', content: [], prefix: 'x/' }, 'prefix is "x/"'],
      ['1,001 files', { dataset_name: 'ds', content: pictures(1001) }, 'content has 1001 files: send at most 1,000'],
      [
        'large params of a file',
        { dataset_name: 'ds', content: [file('a.png', { params: { x: 'y'.repeat(2048) } })] },
        'content[0].params has 2056 bytes',
      ],
    ]
    for (const [what, body, message] of cases) {
      it(what, async () => {
        const answer = await expectStatus(400, 'POST', '/datasets', body)
        expect(answer.message).to.contain(message)
        expect(await readDataset(library.datasetsTable, 'ds')).to.equal(undefined)
      })
    }

    it('more links than fit into an answer, before anything is written', async () => {
      const folders = `${'"'.repeat(250)}/`.repeat(3)
      const content = Array.from({ length: 1_000 }, (_, index) => file(`${folders}${'"'.repeat(230)}${index}.png`))
      const { message } = await expectStatus(400, 'POST', '/datasets', { dataset_name: 'ds', content })
      expect(message).to.contain('send fewer files in each request')
      expect(await readDataset(library.datasetsTable, 'ds')).to.equal(undefined)
    })
  })

  it('adds files to a dataset that is still Initialed, and signs known ones anew', async () => {
    const name = newName()
    await create({ dataset_name: name, content: pictures(2), prefix: 'p', params: { description: 'first' } })
    const more = await create({ dataset_name: name, content: [...pictures(3), file('1.txt')] })
    expect(more.s3PresignUrl).to.have.all.keys('1.png', '2.png', '3.png', '1.txt')
    expect(more.s3PresignUrl['3.png']).to.contain(`/dataset/${name}/p/3.png?`)
    const { data } = await expectStatus(200, 'GET', `/datasets/${name}`)
    expect(data).to.include({ files: '4', description: 'first', prefix: 'p' })
    await upload(more.s3PresignUrl)
    await enable(name)
  })

  it('refuses a name that is taken, and names the fix', async () => {
    const name = newName()
    const body = { dataset_name: name, content: pictures(1), prefix: 'p' }
    await upload((await create(body)).s3PresignUrl)
    const others = await expectStatus(409, 'POST', '/datasets', body, { caller: stranger })
    expect(others.message).to.equal(`dataset ${name} belongs to others: choose another name`)
    const prefix = await expectStatus(409, 'POST', '/datasets', { ...body, prefix: 'q' })
    expect(prefix.message).to.contain('has the prefix "p", not "q"')
    await enable(name)
    const enabled = await expectStatus(409, 'POST', '/datasets', body)
    expect(enabled.message).to.contain('is Enabled: choose another name, or set its status to Initialed to add files')
    await expectStatus(200, 'PUT', `/datasets/${name}`, { status: 'Initialed' })
    await expectStatus(201, 'POST', '/datasets', { ...body, content: pictures(2) })
  })

  it('lets one of two that create the same dataset at once make it, and both or one add their files', async () => {
    const name = newName()
    const bodies = ['a.png', 'b.png'].map((filename) => ({ dataset_name: name, content: [file(filename)] }))
    const answers = await Promise.all(bodies.map((body) => call('POST', '/datasets', body)))
    expect(answers.map(({ status }) => status)).to.include(201)
    for (const { status, body } of answers)
      if (status !== 201)
        expect([status, body.message]).to.deep.equal([
          409,
          `dataset ${name} was made or changed by another request meanwhile: try again`,
        ])
    const expected = answers.flatMap(({ body }) => Object.keys(body.data?.s3PresignUrl ?? {}))
    expect((await itemsOf(name)).map((item) => item.sortKey.S)).to.have.members(expected)
  })

  it('enables only what is complete, and names what is missing', async () => {
    const name = newName()
    const { s3PresignUrl } = await create({ dataset_name: name, content: pictures(30) })
    const { '7.png': kept, ...others } = s3PresignUrl as Record<string, string>
    const none = await expectStatus(409, 'PUT', `/datasets/${name}`, { status: 'Enabled' })
    expect(none.message).to.match(/^30 files are missing in dataset \w+: 1\.png, 10\.png, .* and 10 more\. Put them/)
    expect(none.message.match(/\.png/g)).to.have.lengthOf(20)
    await upload(others)
    const one = await expectStatus(409, 'PUT', `/datasets/${name}`, { status: 'Enabled' })
    expect(one.message).to.match(/^1 file is missing in dataset \w+: 7\.png\. Put/)
    expect((await readDataset(library.datasetsTable, name))?.status).to.equal('Initialed')
    await upload({ '7.png': kept as string })
    await enable(name)
    await s3.send(new DeleteObjectCommand({ Bucket: library.bucket, Key: `dataset/${name}/1.png` }))
    await expectStatus(409, 'PUT', `/datasets/${name}`, { status: 'Enabled' })
  })

  it('enables nothing without an image', async () => {
    for (const content of [[], [file('a.txt')]]) {
      const name = newName()
      await upload((await create({ dataset_name: name, content })).s3PresignUrl)
      const { message } = await expectStatus(409, 'PUT', `/datasets/${name}`, { status: 'Enabled' })
      expect(message).to.contain(`dataset ${name} has no image`)
    }
  })

  it('waits with enabling and deleting while files are being added', async () => {
    const name = newName()
    const clock = sinon.stub(systemClock, 'now')
    const begin = Date.parse('2026-03-02T10:15:00Z')
    clock.returns(begin)
    await create({ dataset_name: name, content: pictures(1) })
    const writing = sinon.stub(dynamodb, 'send').callThrough()
    writing.withArgs(sinon.match.instanceOf(BatchWriteCommand)).rejects(new Error('the function died here'))
    await expectStatus(500, 'POST', '/datasets', { dataset_name: name, content: pictures(2) })
    writing.restore()
    const busy = 'by another request: try again in a minute'
    expect((await expectStatus(409, 'PUT', `/datasets/${name}`, { status: 'Enabled' })).message).to.contain(busy)
    expect((await expectStatus(409, 'DELETE', '/datasets', { dataset_name_list: [name] })).message).to.contain(busy)
    clock.returns(begin + 60_000)
    await expectStatus(204, 'DELETE', '/datasets', { dataset_name_list: [name] })
  })

  it('takes files out, enabled or not, and enables what is left in the same request', async () => {
    const name = newName()
    const { s3PresignUrl } = await create({ dataset_name: name, content: pictures(4), prefix: 'p' })
    const { '4.png': _, ...others } = s3PresignUrl as Record<string, string>
    await upload(others)
    const path = `/datasets/${name}`
    const { data } = await expectStatus(200, 'PUT', path, { remove: ['4.png', 'unknown.png'], status: 'Enabled' })
    expect(data).to.deep.equal({ datasetName: name, status: 'Enabled' })
    expect(await readDataset(library.datasetsTable, name)).to.include({ files: 3, images: 3, status: 'Enabled' })
    const removed = await expectStatus(200, 'PUT', path, { remove: ['1.png', '1.png'] })
    expect(removed.data).to.deep.equal({ datasetName: name, status: 'Initialed' })
    expect(await keysOf(name)).to.deep.equal([`dataset/${name}/p/2.png`, `dataset/${name}/p/3.png`])
    expect((await expectStatus(200, 'GET', path)).data).to.include({ files: '2', status: 'Initialed' })
    await expectStatus(400, 'PUT', path, { remove: ['../p/2.png'] })
    await expectStatus(400, 'PUT', path, { remove: [] })
    await expectStatus(400, 'PUT', path, {})
    expect(await keysOf(name)).to.have.lengthOf(2)
  })

  it('refuses words that are no status', async () => {
    const name = newName()
    await create({ dataset_name: name, content: [] })
    const { message } = await expectStatus(400, 'PUT', `/datasets/${name}`, { status: 'foo' })
    expect(message).to.equal('status is "foo": give one of Initialed, Enabled, Disabled')
  })

  it('keeps away from a dataset that a running training reads', async () => {
    const name = newName()
    await upload((await create({ dataset_name: name, content: pictures(1) })).s3PresignUrl)
    await enable(name)
    const training = {
      id: 't-1',
      list: 'trainings',
      createdAt: '2026-03-02T10:15:00.000Z',
      name: 'corgi',
      status: 'Training',
      request: JSON.stringify({ dataset: name }),
    }
    await dynamodb.send(new PutCommand({ TableName: library.trainingsTable, Item: training }))
    const inUse = `dataset ${name} is read by the running training "corgi" (t-1): wait for its end or stop it`
    expect((await expectStatus(409, 'DELETE', '/datasets', { dataset_name_list: [name] })).message).to.equal(inUse)
    expect((await expectStatus(409, 'PUT', `/datasets/${name}`, { status: 'Initialed' })).message).to.equal(inUse)
    expect((await expectStatus(409, 'PUT', `/datasets/${name}`, { remove: ['1.png'] })).message).to.equal(inUse)
    await dynamodb.send(
      new PutCommand({ TableName: library.trainingsTable, Item: { ...training, status: 'Succeeded' } }),
    )
    await expectStatus(204, 'DELETE', '/datasets', { dataset_name_list: [name] })
  })

  it('deletes items, objects and record, also what nobody announced, and skips unknown names', async () => {
    const name = newName()
    const neighbour = `${name}x`
    await upload((await create({ dataset_name: name, content: pictures(60), prefix: 'p' })).s3PresignUrl)
    await upload((await create({ dataset_name: neighbour, content: pictures(1) })).s3PresignUrl)
    await s3.send(new PutObjectCommand({ Bucket: library.bucket, Key: `dataset/${name}/stray.bin`, Body: 'x' }))
    const { message } = await expectStatus(204, 'DELETE', '/datasets', { dataset_name_list: [name, 'Unknown', name] })
    expect(message).to.equal('datasets deleted')
    expect(await keysOf(name)).to.deep.equal([])
    expect(await itemsOf(name)).to.deep.equal([])
    await expectStatus(404, 'GET', `/datasets/${name}`)
    expect(await keysOf(neighbour)).to.have.lengthOf(1)
    await create({ dataset_name: name, content: pictures(1) })
    expect((await expectStatus(200, 'GET', `/datasets/${name}`)).data.data).to.have.lengthOf(1)
  })

  it('leaves what others own alone', async () => {
    const name = newName()
    await create({ dataset_name: name, content: pictures(1) })
    const as = { caller: stranger }
    expect((await expectStatus(403, 'GET', `/datasets/${name}`, undefined, as)).message).to.equal(
      'no permission to view dataset',
    )
    await expectStatus(403, 'PUT', `/datasets/${name}`, { status: 'Disabled' }, as)
    await expectStatus(204, 'DELETE', '/datasets', { dataset_name_list: [name] }, as)
    const { data } = await expectStatus(200, 'GET', '/datasets', undefined, as)
    expect(data.datasets.map((row: Json) => row.datasetName)).not.to.include(name)
    await expectStatus(200, 'GET', `/datasets/${name}`, undefined, { caller: admin })
  })

  it('needs a user on every route', async () => {
    const nobody = { caller: null }
    await expectStatus(403, 'GET', '/datasets', undefined, nobody)
    await expectStatus(403, 'POST', '/datasets', { dataset_name: 'ds', content: [] }, nobody)
    await expectStatus(403, 'GET', '/datasets/ds', undefined, nobody)
    await expectStatus(403, 'PUT', '/datasets/ds', { status: 'Enabled' }, nobody)
    await expectStatus(403, 'DELETE', '/datasets', { dataset_name_list: ['ds'] }, nobody)
  })

  it('says what is not there', async () => {
    for (const method of ['GET', 'PUT']) {
      const { message } = await expectStatus(404, method, '/datasets/nothing', { status: 'Enabled' })
      expect(message).to.equal('dataset nothing is not found')
    }
  })

  it('lists newest first over pages, by status, without what others own', async () => {
    const caller = { username: 'lister', roles: ['listers'], permissions: ['train:all'] }
    const clock = sinon.stub(systemClock, 'now')
    const names: string[] = []
    for (let index = 0; index < 12; index++) {
      clock.returns(Date.parse('2026-03-02T10:15:00Z') + index * 1000)
      const name = newName()
      names.unshift(name)
      await create({ dataset_name: name, content: pictures(1), params: { description: `d${index}` } }, caller)
      await create({ dataset_name: newName(), content: [] }, stranger)
    }
    const namesIn = (data: Json) => data.datasets.map((row: Json) => row.datasetName)
    const all = (await expectStatus(200, 'GET', '/datasets', undefined, { caller })).data
    expect(namesIn(all)).to.deep.equal(names)
    expect(all.last_evaluated_key).to.equal(null)
    expect(all.datasets[0]).to.deep.equal({
      datasetName: names[0],
      s3: `s3://library/dataset/${names[0]}`,
      status: 'Initialed',
      timestamp: '1772446511',
      files: '1',
      description: 'd11',
    })
    const pages: string[][] = []
    let query: Record<string, string> = { limit: '5' }
    for (let cursor: string | null = ''; cursor !== null; query = { limit: '5', exclusive_start_key: cursor ?? '' }) {
      const { data } = await expectStatus(200, 'GET', '/datasets', undefined, { caller, query })
      pages.push(namesIn(data))
      cursor = data.last_evaluated_key
    }
    expect(pages.map((page) => page.length)).to.deep.equal([5, 5, 2])
    expect(pages.flat()).to.deep.equal(names)
    const disabled = names[4]
    await expectStatus(200, 'PUT', `/datasets/${disabled}`, { status: 'Disabled' }, { caller })
    const some = await expectStatus(200, 'GET', '/datasets', undefined, {
      caller,
      query: { dataset_status: 'Disabled' },
    })
    expect(namesIn(some.data)).to.deep.equal([disabled])
    await expectStatus(400, 'GET', '/datasets', undefined, { query: { dataset_status: 'foo' } })
    await expectStatus(400, 'GET', '/datasets', undefined, { query: { limit: '0' } })
    await expectStatus(400, 'GET', '/datasets', undefined, { query: { exclusive_start_key: 'bm8' } })
  })

  it('keeps 5,000 files, in pages that fit into an answer, and deletes them all', async function () {
    this.timeout(60_000)
    const name = newName()
    const names = Array.from({ length: 5_000 }, (_, index) => `${String(index).padStart(5, '0')}.png`)
    const { length } = await call('POST', '/datasets', {
      dataset_name: name,
      content: names.slice(0, 1_000).map((it) => file(it)),
    })
    expect(length).to.be.below(6_000_000)
    const Item = { datasetName: name, type: 'image', params: {}, createdAt: '2026-03-02T10:15:00.000Z' }
    const puts = names.slice(1_000).map((sortKey) => ({ PutRequest: { Item: { ...Item, sortKey, name: sortKey } } }))
    await writeBatches(library.datasetItemsTable, puts)
    await create({ dataset_name: name, content: [] })

    const first = await call('GET', `/datasets/${name}`)
    expect(first.length).to.be.below(6_000_000)
    const { data, files, last_evaluated_key } = first.body.data
    expect(files).to.equal('5000')
    expect(data.map((row: Json) => row.key)).to.deep.equal(names.slice(0, 1_000))
    const query = { limit: '3', exclusive_start_key: last_evaluated_key }
    const second = await call('GET', `/datasets/${name}`, undefined, { query })
    expect(second.body.data.data.map((row: Json) => row.key)).to.deep.equal(names.slice(1_000, 1_003))
    const record = await readDataset(library.datasetsTable, name)
    const listed: string[] = []
    for await (const { key, type } of listDatasetItems(library.datasetItemsTable, record!))
      listed.push(`${type} ${key}`)
    expect(listed).to.deep.equal(names.map((path) => `image dataset/${name}/${path}`))
    await expectStatus(204, 'DELETE', '/datasets', { dataset_name_list: [name] })
    expect(await itemsOf(name)).to.deep.equal([])
  })

  it('enables and deletes more files than S3 lists at once', async function () {
    this.timeout(60_000)
    const name = newName()
    const all = pictures(1_050).map(({ filename }) => filename)
    const Item = { datasetName: name, type: 'image', params: {}, createdAt: '2026-03-02T10:15:00.000Z' }
    await create({ dataset_name: name, content: [] })
    const puts = all.map((sortKey) => ({ PutRequest: { Item: { ...Item, sortKey, name: sortKey } } }))
    await writeBatches(library.datasetItemsTable, puts)
    const put = (path: string) =>
      s3.send(new PutObjectCommand({ Bucket: library.bucket, Key: `dataset/${name}/${path}`, Body: 'x' }))
    for (let start = 0; start < all.length; start += 50) await Promise.all(all.slice(start, start + 50).map(put))
    await enable(name)
    expect(await readDataset(library.datasetsTable, name)).to.include({ files: 1_050, bytes: 1_050 })
    await expectStatus(204, 'DELETE', '/datasets', { dataset_name_list: [name] })
    expect(await keysOf(name)).to.deep.equal([])
  })
})
