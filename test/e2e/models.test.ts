import { readFileSync } from 'node:fs'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { ListModelsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { expect } from 'chai'
import { LORA_MODULES } from '../../containers/pocket/model/lora-modules.ts'
import { weightsPath } from '../../containers/pocket/weights/shipped-weights.ts'
import { type ArchiveEntry, buildTarball, smallCheckpoint } from '../support/build-archive.ts'
import { pocketLoraFile } from '../support/pocket-lora.ts'
import { viewEndpoints } from '../support/stack-endpoints.ts'
import { eventually, listBucket, type MailView, mailsAbout, putIntoLibrary } from '../support/stack-library.ts'
import { deployPocket, paintOn } from '../support/stack-pictures.ts'
import { removeDataDirectory, type StackProcess, startStackProcess } from '../support/stack-process.ts'

interface ModelView {
  id: string
  name: string
  status: string
  reason?: { error: string; cause: string }
  files?: { folder: string; name: string }[]
  totalBytes?: number
  location?: string
}

const BASE = 'pocket-base.safetensors'
const PASTEL = 'pocket-pastel.safetensors'
const LORA = 'swirl.safetensors'
const PROMPT = 'a red circle on blue'

describe('a packaged model on the laptop stack', () => {
  let stack: StackProcess
  let sagemaker: SageMakerClient
  let baseId: string
  const base = readFileSync(weightsPath('pocket-base'))
  const lora = pocketLoraFile([...LORA_MODULES.keys()].slice(0, 4), 5)

  before(async function () {
    this.timeout(180_000)
    stack = await startStackProcess()
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    sagemaker = new SageMakerClient({ endpoint: stack.file.endpoint, region: 'us-east-1', credentials })
    baseId = await putIntoLibrary(stack, BASE, base)
    await putIntoLibrary(stack, PASTEL, readFileSync(weightsPath('pocket-pastel')))
    await putLora()
    const { createRole } = await viewEndpoints(stack)
    for (const role of ['packed', 'tarred']) await createRole(role)
  })

  after(async function () {
    this.timeout(60_000)
    await stack.stop()
    removeDataDirectory(stack.directory)
  })

  async function putLora(): Promise<void> {
    const { data } = await stack.api.call<{ checkpoint: { id: string }; s3PresignUrl: Record<string, string[]> }>(
      'POST',
      '/checkpoints',
      { checkpoint_type: 'Lora', filenames: [{ filename: LORA, parts_number: 1 }] },
    )
    const answer = await fetch(data.s3PresignUrl[LORA]?.[0] ?? '', { method: 'PUT', body: Buffer.from(lora) })
    await stack.api.call('PUT', `/checkpoints/${data.checkpoint.id}`, {
      status: 'Active',
      multi_parts_tags: { [LORA]: [{ ETag: answer.headers.get('etag'), PartNumber: 1 }] },
    })
  }

  const make = async (body: object): Promise<ModelView> =>
    (await stack.api.call<ModelView>('POST', '/models', body)).data
  const view = async (id: string): Promise<ModelView> => (await stack.api.call<ModelView>('GET', `/models/${id}`)).data
  const ended = (id: string): Promise<ModelView> =>
    eventually(async () => {
      const model = await view(id)
      return model.status === 'Creating' ? undefined : model
    })
  const mailOf = (id: string): Promise<MailView> => eventually(async () => (await mailsAbout(stack, id))[0])
  const refusal = async (method: string, path: string, body?: object): Promise<string> =>
    stack.api.call(method, path, body).then(
      () => 'no refusal',
      (error: Error) => error.message,
    )
  const keysOf = async (name: string): Promise<string[]> =>
    (await listBucket(stack)).keys.filter((key) => key.startsWith(`models/${name}/`)).sort()
  const atSageMaker = async (name: string): Promise<string[]> =>
    ((await sagemaker.send(new ListModelsCommand({ NameContains: `-model-${name}` }))).Models ?? []).map(
      ({ ModelName = '' }) => ModelName,
    )
  const untilNothingLeft = (name: string): Promise<true> =>
    eventually(async () => {
      const { uploads } = await listBucket(stack)
      const left = [...(await keysOf(name)), ...(await atSageMaker(name)), ...uploads]
      return left.length === 0 ? true : undefined
    })
  const paint = async (endpoint: string, model: string, loras?: string[]): Promise<Uint8Array> => {
    const prompt = loras ? `${PROMPT} <lora:swirl:1>` : PROMPT
    const painted = await paintOn(stack, endpoint, { prompt, model, ...(loras ? { loras } : {}) })
    if ('reason' in painted) throw new Error(`${painted.reason.error}: ${painted.reason.cause}`)
    return painted.picture.bytes
  }
  const remove = async (endpoint: string): Promise<void> => {
    await stack.api.call('DELETE', '/endpoints', { endpoint_name_list: [endpoint] })
    await eventually(async () =>
      (await (await viewEndpoints(stack)).leftovers(endpoint)).length === 0 ? true : undefined,
    )
  }

  describe('of checkpoints', () => {
    let id: string
    let endpoint: string

    it('is copied, written down, known to SageMaker, and told of', async () => {
      const started = await make({ name: 'kit', checkpoints: [baseId], loras: [LORA] })
      id = started.id
      expect(started).to.include({ name: 'kit', status: 'Creating' })
      const model = await ended(id)
      expect(model, JSON.stringify(model)).to.include({
        status: 'Active',
        location: `s3://${stack.file.bucket}/models/kit/`,
        totalBytes: base.length + lora.length,
      })
      expect(await keysOf('kit')).to.deep.equal([
        `models/kit/Lora/${LORA}`,
        `models/kit/Stable-diffusion/${BASE}`,
        'models/kit/manifest.json',
      ])
      expect(await atSageMaker('kit')).to.deep.equal(['darkroom-dev-model-kit'])
      const mail = await mailOf(id)
      expect(mail.subject).to.equal('Model "kit" succeeded')
      expect(mail.body).to.contain(`Stable-diffusion/${BASE}`).and.contain('POST /endpoints with "model": "kit"')
      expect((await view('kit')).id).to.equal(id)
    }).timeout(60_000)

    it('keeps its name from a second one', async () => {
      expect(await refusal('POST', '/models', { name: 'kit', checkpoints: [BASE] })).to.contain(
        'There is a packaged model kit already',
      )
    })

    it('runs on an endpoint that paints with its files though they have left the library', async () => {
      endpoint = await deployPocket(stack, 'packed', { model: 'kit', assign_to_roles: ['packed'] })
      const { data } = await stack.api.call<{ checkpoints: { id: string; name: string[] }[] }>('GET', '/checkpoints')
      const ids = data.checkpoints.filter(({ name }) => name.includes(BASE) || name.includes(LORA)).map((row) => row.id)
      expect(ids).to.have.length(2)
      await stack.api.call('DELETE', '/checkpoints', { checkpoint_id_list: ids })
      const plain = await paint(endpoint, BASE)
      const swirled = await paint(endpoint, BASE, [LORA])
      expect(Buffer.compare(plain, swirled)).not.to.equal(0)
      expect(Buffer.compare(plain, await paint(endpoint, baseId))).to.equal(0)
      const pastel = await paint(endpoint, PASTEL)
      expect(Buffer.compare(plain, pastel)).not.to.equal(0)
    }).timeout(90_000)

    it('is still there after a change of instances', async () => {
      await stack.api.call('PATCH', `/endpoints/${endpoint}`, { instance_type: 'ml.g5.2xlarge' })
      await eventually(async () => {
        const { data } = await stack.api.call<{ endpoints: Record<string, string>[] }>('GET', '/endpoints?limit=100')
        const row = data.endpoints.find(({ endpoint_name }) => endpoint_name === endpoint)
        expect(row).to.include({ model: 'kit', model_id: id })
        const isDone = row?.endpoint_status === 'InService' && row.instance_type === 'ml.g5.2xlarge'
        return isDone ? true : undefined
      })
      expect((await paint(endpoint, BASE)).length).to.equal(64 * 64 * 3)
    }).timeout(60_000)

    it('cannot be deleted while the endpoint is there, and leaves nothing afterwards', async () => {
      expect(await refusal('DELETE', `/models/${id}`)).to.contain(`The endpoint ${endpoint} runs the model kit`)
      await remove(endpoint)
      expect((await stack.api.call('DELETE', `/models/${id}`)).status).to.equal(204)
      await untilNothingLeft('kit')
      expect(await refusal('GET', `/models/${id}`)).to.contain('model not found')
      expect(await refusal('DELETE', '/models/kit')).to.contain('model not found')
    }).timeout(90_000)
  })

  describe('of a tarball', () => {
    const put = async (key: string, entries: ArchiveEntry[]): Promise<string> => {
      const Body = await buildTarball(entries)
      await stack.s3.send(new PutObjectCommand({ Bucket: stack.file.bucket, Key: key, Body }))
      return `s3://${stack.file.bucket}/${key}`
    }

    it('is checked, used as it is, and paints', async () => {
      const source = await put('packs/good.tar.gz', [
        ['./Stable-diffusion/', { type: 'directory' }],
        [`./Stable-diffusion/${BASE}`, base],
        [`./Lora/${LORA}`, lora],
      ])
      const { id } = await make({ name: 'tarred', source, notify: false })
      const model = await ended(id)
      expect(model, JSON.stringify(model)).to.include({ status: 'Active', location: source })
      expect(await keysOf('tarred')).to.deep.equal(['models/tarred/manifest.json'])
      const endpoint = await deployPocket(stack, 'tarred', { model: id, assign_to_roles: ['tarred'] })
      const plain = await paint(endpoint, BASE)
      expect(Buffer.compare(plain, await paint(endpoint, BASE, [LORA]))).not.to.equal(0)
      await remove(endpoint)
      expect((await stack.api.call('DELETE', '/models/tarred')).status).to.equal(204)
      await untilNothingLeft('tarred')
      expect((await listBucket(stack)).keys).to.include('packs/good.tar.gz')
    }).timeout(90_000)

    const BAD: [string, ArchiveEntry[], RegExp][] = [
      ['wrong case', [[`lora/${LORA}`, lora]], /lora\/, which should be Lora\//],
      ['wrapping folder', [[`model/Stable-diffusion/${BASE}`, base]], /around the package/],
      ['way out', [[`Lora/../../${LORA}`, lora]], /leads out of the model directory/],
      ['link', [['Lora/x.safetensors', { type: 'symlink', linkname: '/etc/passwd' }]], /is a symlink/],
      ['broken checkpoint', [[`Stable-diffusion/${BASE}`, base.subarray(0, 5000)]], /not a valid safetensors file/],
    ]
    it('is refused where it is laid out badly, with the entry’s name, one mail, and nothing left', async () => {
      const failed = await Promise.all(
        BAD.map(async ([what, entries], index) => {
          const name = `bad-${index}`
          const { id } = await make({ name, source: await put(`packs/${name}.tar.gz`, entries) })
          return { what, id, name, model: await ended(id) }
        }),
      )
      for (const [index, { what, id, name, model }] of failed.entries()) {
        expect(model.status, what).to.equal('Failed')
        expect(model.reason?.cause, what).to.match(BAD[index]![2])
        expect((await mailOf(id)).subject).to.equal(`Model "${name}" failed`)
        expect(await mailsAbout(stack, id)).to.have.length(1)
        await untilNothingLeft(name)
        expect((await stack.api.call('DELETE', `/models/${id}`)).status).to.equal(204)
      }
    }).timeout(90_000)
  })

  it('that is stopped at once leaves nothing, and its name is free again', async () => {
    await putIntoLibrary(stack, 'small.safetensors', smallCheckpoint())
    const { id } = await make({ name: 'fleeting', checkpoints: ['small.safetensors'] })
    const { status } = await stack.api.call('DELETE', `/models/${id}`)
    expect(status).to.be.oneOf([202, 204])
    // Stopped before its first state it has no record until its end is announced.
    if (status === 202) await mailOf(id)
    if ((await view(id).catch(() => undefined))?.status === 'Active') await stack.api.call('DELETE', `/models/${id}`)
    await untilNothingLeft('fleeting')
    const second = await eventually(async () => {
      const answer = await stack.api
        .call<ModelView>('POST', '/models', { name: 'fleeting', checkpoints: ['small.safetensors'] })
        .catch(() => undefined)
      return answer?.data
    })
    expect((await ended(second.id)).status).to.equal('Active')
  }).timeout(60_000)
})
