import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { expect } from 'chai'
import { jpegFile, pngFile, webpFile } from '../support/picture-files.ts'
import { listBucket } from '../support/stack-library.ts'
import {
  makeDataDirectory,
  removeDataDirectory,
  type StackProcess,
  startStackProcess,
} from '../support/stack-process.ts'

interface Created {
  datasetName: string
  s3PresignUrl: Record<string, string>
}

interface DatasetView {
  status: string
  files: string
  data: { key: string; preview_url: string; dataStatus: string }[]
  last_evaluated_key: string | null
}

interface ListView {
  datasets: { datasetName: string; status: string }[]
  last_evaluated_key: string | null
}

const entry = (filename: string) => ({ filename, name: filename, type: 'image', params: {} })

describe('datasets on the laptop stack', () => {
  let stack: StackProcess

  before(async function () {
    this.timeout(180_000)
    stack = await startStackProcess(makeDataDirectory())
  })
  after(async () => {
    await stack?.stop()
    if (stack) removeDataDirectory(stack.directory)
  })

  const create = async (name: string, filenames: string[], more: object = {}): Promise<Created> =>
    (await stack.api.call<Created>('POST', '/datasets', { dataset_name: name, content: filenames.map(entry), ...more }))
      .data
  const enable = (name: string) => stack.api.call('PUT', `/datasets/${name}`, { status: 'Enabled' })
  const show = async (name: string, query = ''): Promise<DatasetView> =>
    (await stack.api.call<DatasetView>('GET', `/datasets/${name}${query}`)).data
  const remove = (...names: string[]) => stack.api.call('DELETE', '/datasets', { dataset_name_list: names })

  async function upload(urls: Record<string, string>, bytesOf: (name: string) => Buffer): Promise<void> {
    for (const [name, url] of Object.entries(urls)) {
      const response = await fetch(url, { method: 'PUT', body: new Uint8Array(bytesOf(name)) })
      expect(response.status, name).to.equal(200)
    }
  }

  async function messageOf(call: Promise<unknown>): Promise<string> {
    return call.then(
      () => 'no failure',
      (error: Error) => error.message,
    )
  }

  /** What the state "Check images" says of everything in a dataset. */
  async function checkImages(name: string, prefix = ''): Promise<unknown> {
    const lambda = new LambdaClient({
      endpoint: stack.file.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    const { data } = await show(name)
    const manifest = [{ prefix: `s3://${stack.file.bucket}/dataset/${name}/${prefix}` }, ...data.map(({ key }) => key)]
    const key = `trainings/${name}/input/dataset.manifest`
    await stack.s3.send(new PutObjectCommand({ Bucket: stack.file.bucket, Key: key, Body: JSON.stringify(manifest) }))
    const event = { bucket: stack.file.bucket, key, from: 0, count: 200 }
    const answer = await lambda.send(
      new InvokeCommand({ FunctionName: 'darkroom-dev-checkImages', Payload: JSON.stringify(event) }),
    )
    return JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8'))
  }

  it('go from thirty files to Enabled, with captions, a missing file on the way, and away again', async function () {
    this.timeout(60_000)
    const png = pngFile(64, 64)
    const names = Array.from({ length: 15 }, (_, index) => [`${index}.png`, `${index}.txt`]).flat()
    const { datasetName, s3PresignUrl } = await create('corgi', names, {
      prefix: '10_corgi',
      params: { description: 'a corgi' },
      creator: 'admin',
    })
    expect(datasetName).to.equal('corgi')
    expect(Object.keys(s3PresignUrl)).to.have.members(names)
    const { '3.txt': held, ...rest } = s3PresignUrl as Record<string, string>
    const bytesOf = (name: string) => (name.endsWith('.txt') ? Buffer.from('a corgi') : png)
    await upload(rest, bytesOf)
    expect(await messageOf(enable('corgi'))).to.contain('409: 1 file is missing in dataset corgi: 3.txt.')
    await upload({ '3.txt': held as string }, bytesOf)
    const enabled = await enable('corgi')
    expect(enabled).to.deep.include({ status: 200, data: { datasetName: 'corgi', status: 'Enabled' } })
    expect(await messageOf(create('corgi', ['16.png']))).to.contain('409: dataset corgi exists and is Enabled')

    const view = await show('corgi')
    expect(view).to.include({ status: 'Enabled', files: '30', last_evaluated_key: null, description: 'a corgi' })
    const preview = await fetch(view.data[0]?.preview_url ?? '')
    expect(Buffer.from(await preview.arrayBuffer()).equals(png)).to.equal(true)
    const page = await show('corgi', '?limit=20')
    const cursor = encodeURIComponent(page.last_evaluated_key ?? '')
    const last = await show('corgi', `?limit=20&exclusive_start_key=${cursor}`)
    expect([page.data.length, last.data.length, last.last_evaluated_key]).to.deep.equal([20, 10, null])
    const { data } = await stack.api.call<ListView>('GET', '/datasets?dataset_status=Enabled')
    expect(data.datasets.map((row) => row.datasetName)).to.deep.equal(['corgi'])
    expect(await checkImages('corgi', '10_corgi/')).to.deep.equal({ checked: 30, refused: [], refusedCount: 0 })

    expect((await remove('corgi')).status).to.equal(204)
    expect((await listBucket(stack)).keys.filter((key) => key.startsWith('dataset/'))).to.deep.equal([])
    expect(await messageOf(show('corgi'))).to.contain('404: dataset corgi is not found')
  })

  it('may have one file, and none until some are added', async () => {
    await create('empty', [])
    expect(await messageOf(enable('empty'))).to.contain('409: dataset empty has no image')
    const { s3PresignUrl } = await create('empty', ['only.jpg'])
    const jpeg = await jpegFile({ width: 64, height: 64, progressive: true })
    await upload(s3PresignUrl, () => jpeg)
    expect((await enable('empty')).status).to.equal(200)
    expect(await checkImages('empty')).to.deep.equal({ checked: 1, refused: [], refusedCount: 0 })
    await remove('empty')
  })

  it('have their images decoded in the function as it is deployed', async () => {
    const jpeg = await jpegFile({ width: 64, height: 64 })
    const webp = await webpFile({ width: 64, height: 64 })
    const files: Record<string, Buffer> = {
      'a.jpg': jpeg,
      'b.webp': webp,
      'c.jpg': jpeg.subarray(0, jpeg.length - 40),
      'd.webp': webp.subarray(0, webp.length - 40),
      'e.png': Buffer.from('Not found'),
    }
    const { s3PresignUrl } = await create('mixed', Object.keys(files))
    await upload(s3PresignUrl, (name) => files[name] as Buffer)
    expect((await enable('mixed')).status).to.equal(200)
    expect(await checkImages('mixed')).to.deep.equal({
      checked: 5,
      refused: [
        { name: 'c.jpg', reason: 'truncated' },
        { name: 'd.webp', reason: 'truncated' },
        { name: 'e.png', reason: 'not a PNG, JPEG or WebP image' },
      ],
      refusedCount: 3,
    })
    await remove('mixed')
  })

  it('refuse a path upwards and a body that is none, and need a user', async () => {
    expect(await messageOf(create('bad', ['../a.png']))).to.contain('400: content[0].filename is "../a.png"')
    expect(await messageOf(stack.api.call('POST', '/datasets', { dataset_name: 'bad' }))).to.contain('400: ')
    const anonymous = { username: '' }
    expect(await messageOf(stack.api.call('GET', '/datasets', undefined, anonymous))).to.match(/ (401|403): /)
    expect(await messageOf(stack.api.call('GET', '/datasets', undefined, { username: 'nobody' }))).to.match(
      / (401|403): /,
    )
  })
})
