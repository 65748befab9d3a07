import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { writeCheckpoint } from '../../../../../containers/pocket/model/checkpoint.ts'
import { initialParameters } from '../../../../../containers/pocket/model/parameters.ts'
import {
  type ContainerAnswer,
  type PocketContainer,
  startPocketContainer,
} from '../../../../support/pocket-container.ts'
import { pocketLoraFile } from '../../../../support/pocket-lora.ts'

const PAYLOAD = { prompt: 'a red circle', seed: 1, steps: 1, width: 32, height: 32 }
const checkpoint = (seed: number): Uint8Array => writeCheckpoint(initialParameters(seed), new Map())

describe('the pocket container’s own model directory', () => {
  let container: PocketContainer

  before(async () => {
    container = await startPocketContainer()
  })
  after(() => container.stop())
  afterEach(() => rm(container.modelDirectory, { recursive: true, force: true }))

  const put = async (files: Record<string, Uint8Array | string>): Promise<void> => {
    for (const [name, bytes] of Object.entries(files)) {
      const path = join(container.modelDirectory, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, bytes)
    }
  }
  const render = (models: object | null, prompt = PAYLOAD.prompt): Promise<ContainerAnswer> =>
    container.send({ task: 'txt2img', models, payload_string: JSON.stringify({ ...PAYLOAD, prompt }) })
  const modelOf = ({ body }: ContainerAnswer): string => JSON.parse(body.info).sd_model_name
  const ref = (model_name: string, s3?: string): object => ({
    'Stable-diffusion': [{ model_name, type: 'Stable-diffusion', ...(s3 === undefined ? {} : { s3 }) }],
  })

  it('gives the only checkpoint to a request that names none, whatever else lies there', async () => {
    await put({
      'Stable-diffusion/one.safetensors': checkpoint(1),
      'Lora/chalk.safetensors': pocketLoraFile(['lora_unet_out'], 1),
      'VAE/any.safetensors': 'not read',
      'ControlNet/any.safetensors': 'not read',
      'embeddings/any.pt': 'not read',
      'manifest.json': '{}',
    })
    expect(modelOf(await render(null))).equal('one')
    expect(modelOf(await render({}))).equal('one')
    const lists = { VAE: [{ model_name: 'Automatic', type: 'VAE', s3: '' }], embeddings: [], ControlNet: [] }
    expect(modelOf(await render(lists))).equal('one')
  })

  it('does not choose among several checkpoints, but takes one by name', async () => {
    await put({ 'Stable-diffusion/one.safetensors': checkpoint(1), 'Stable-diffusion/two.safetensors': checkpoint(2) })
    const { status, body } = await render(null)
    expect(status).equal(400)
    expect(body.error.message).match(/^models\.Stable-diffusion is missing, and the endpoint has 2 models; name one/)
    for (const s3 of [undefined, '', 'None']) expect(modelOf(await render(ref('two.safetensors', s3)))).equal('two')
  })

  it('may also have its checkpoints right in it', async () => {
    await put({ 'flat.safetensors': checkpoint(1) })
    expect(modelOf(await render(null))).equal('flat')
    await put({ 'Stable-diffusion/one.safetensors': checkpoint(2) })
    expect(modelOf(await render(ref('flat.safetensors')))).equal('flat')
    expect((await render(null)).body.error.message).match(/has 2 models/)
  })

  it('leaves the shipped model to requests that name none when it has no checkpoint', async () => {
    await put({ 'Lora/chalk.safetensors': pocketLoraFile(['lora_unet_out'], 1) })
    expect(modelOf(await render(null))).equal('pocket-base')
  })

  it('knows a file only in the folder of its kind', async () => {
    await put({ 'Lora/x.safetensors': checkpoint(1), 'VAE/x.safetensors': checkpoint(1) })
    const { status, body } = await render(ref('x.safetensors', ''))
    expect(status).equal(404)
    expect(body.error).deep.equal({
      name: 'ModelNotFound',
      message:
        'x.safetensors is not among the endpoint’s own files of the kind Stable-diffusion, and the request gives no s3 address for it',
    })
  })

  it('is not left by names with paths', async () => {
    await put({ 'Stable-diffusion/one.safetensors': checkpoint(1), 'secret.safetensors': checkpoint(2) })
    for (const name of ['../secret.safetensors', '/etc/passwd', '..', '.', 'Lora\\x.safetensors']) {
      for (const models of [ref(name, ''), { Lora: [{ model_name: name, s3: '' }] }]) {
        const { status, body } = await render(models)
        expect(status).equal(400)
        expect(body.error.message).match(/^models\.[\w-]+\[0\]\.model_name is ".*"; give a file name$/)
      }
    }
    const tagged = await render(ref('one.safetensors', ''), 'red <lora:../secret:1>')
    expect(tagged.status).equal(404)
  })

  it('has LoRAs for the prompt, by stem or by file name', async () => {
    await put({
      'Stable-diffusion/one.safetensors': checkpoint(1),
      'Lora/chalk.safetensors': pocketLoraFile(['lora_unet_stem'], 1),
    })
    const bare = await render(null)
    const listed = { ...ref('one.safetensors', ''), Lora: [{ model_name: 'chalk.safetensors', type: 'Lora', s3: '' }] }
    const [byStem, byFile, byList] = await Promise.all([
      render(null, 'a red circle<lora:chalk:1>'),
      render(null, 'a red circle<lora:chalk.safetensors:1>'),
      render(listed, 'a red circle<lora:chalk:1>'),
    ])
    expect(JSON.parse(byStem.body.info).extra_generation_params['Lora hashes']).match(/^chalk: [0-9a-f]{12}$/)
    expect(byFile.body.info).contain('Lora hashes')
    expect(byList.status).equal(200)
    expect(byStem.body.images).not.deep.equal(bare.body.images)
  })

  it('is not read from where a file is too large to be a pocket model', async () => {
    await put({ 'Stable-diffusion/huge.safetensors': new Uint8Array(65 * 1024 * 1024) })
    const { status, body } = await render(null)
    expect(status).equal(400)
    expect(body.error.message).match(/huge\.safetensors has 68157440 bytes, so it is not for the pocket model/)
  })
})
