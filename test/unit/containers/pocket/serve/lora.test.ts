import { expect } from 'chai'
import { readPng } from '../../../../../containers/pocket/image/read-png.ts'
import { writeCheckpoint } from '../../../../../containers/pocket/model/checkpoint.ts'
import { initialParameters } from '../../../../../containers/pocket/model/parameters.ts'
import {
  type ContainerAnswer,
  type PocketContainer,
  startPocketContainer,
} from '../../../../support/pocket-container.ts'
import { pocketLoraFile } from '../../../../support/pocket-lora.ts'

const CHECKPOINT = { model_name: 'a.safetensors', s3: 's3://bucket/models', type: 'Stable-diffusion' }
const lora = (model_name: string, s3 = 's3://bucket/loras/1/output'): object => ({ model_name, s3, type: 'Lora' })
const LORAS = [lora('stem.safetensors'), lora('words.safetensors'), lora('checkpoint.safetensors')]

describe('LoRAs in the pocket container', () => {
  let container: PocketContainer
  let bare: Uint8Array

  before(async () => {
    container = await startPocketContainer()
    const { objects } = container
    objects.set('models/a.safetensors', writeCheckpoint(initialParameters(1), new Map()))
    objects.set('loras/1/output/stem.safetensors', pocketLoraFile(['lora_unet_stem', 'lora_unet_out'], 1))
    objects.set('loras/1/output/words.safetensors', pocketLoraFile(['lora_te_window'], 2))
    objects.set('loras/1/output/checkpoint.safetensors', writeCheckpoint(initialParameters(2), new Map()))
    objects.set('loras/2/output/stem.safetensors', pocketLoraFile(['lora_unet_stem'], 3))
    objects.set('loras/1/output/huge.safetensors', new Uint8Array(65 * 1024 * 1024))
    bare = await pixels('a red circle')
  })
  after(() => container.stop())

  const render = (prompt: string, Lora: unknown = LORAS, more: object = {}): Promise<ContainerAnswer> =>
    container.send({
      task: 'txt2img',
      models: { 'Stable-diffusion': [CHECKPOINT], Lora },
      payload_string: JSON.stringify({ prompt, seed: 1, steps: 2, width: 32, height: 32, ...more }),
    })
  const pixels = async (prompt: string, more: object = {}): Promise<Uint8Array> => {
    const { status, body } = await render(prompt, LORAS, more)
    expect(status, JSON.stringify(body.error)).equal(200)
    return readPng(Buffer.from(body.images[0], 'base64')).bytes
  }

  it('change the picture as far as they count, and each weight paints its own', async () => {
    const prompts = [1, 0.5, -1, 2].map((weight) => `a red circle <lora:stem:${weight}>`)
    const pictures = [
      bare,
      ...(await Promise.all([...prompts, 'a red circle <lora:words:1>'].map((text) => pixels(text)))),
    ]
    expect(new Set(pictures.map((bytes) => Buffer.from(bytes).toString('hex'))).size).equal(6)
  })

  it('paint bit for bit the picture of the bare model at weight 0, and where networks are switched off', async () => {
    expect(await pixels('a red circle<lora:stem:0>')).deep.equal(bare)
    expect(await pixels('a red circle<lora:words:1:0.0>'), 'only the text encoder').not.deep.equal(bare)
    expect(await pixels('a red circle<lora:stem:1:0>'), 'it changes no text').deep.equal(bare)
    expect(await pixels('a red circle<lora:stem:1>', { disable_extra_networks: true })).deep.equal(bare)
    expect(await pixels('a red circle', { negative_prompt: '<lora:stem:1>' })).deep.equal(bare)
  })

  it('leave nothing behind for the next request', async () => {
    await pixels('a red circle <lora:stem:1>')
    expect(await pixels('a red circle')).deep.equal(bare)
  })

  it('are the same in any order, and the same again when more combinations than are remembered lie between', async () => {
    const both = await pixels('a red circle<lora:stem:0.7><lora:words:0.3>')
    expect(await pixels('<lora:words:0.3>a red circle<lora:stem:0.7>')).deep.equal(both)
    for (const weight of [0.1, 0.2, 0.3, 0.4, 0.5]) await pixels(`a red circle<lora:stem:${weight}>`)
    expect(await pixels('a red circle<lora:stem:0.7><lora:words:0.3>')).deep.equal(both)
  })

  it('are told in info, where the prompt stands as it was sent', async () => {
    const prompt = 'a red circle <lora:words.safetensors:0.5>, <lora:stem:1:-1>'
    const { body } = await render(prompt)
    const info = JSON.parse(body.info)
    expect([info.prompt, info.all_prompts[0], body.parameters.prompt]).deep.equal([prompt, prompt, prompt])
    const hashes = info.extra_generation_params['Lora hashes']
    expect(hashes).match(/^words: [0-9a-f]{12}, stem: [0-9a-f]{12}$/)
    expect(info.infotexts[0].split('\n')[0]).equal(prompt)
    expect(info.infotexts[0]).contain(`, Lora hashes: "${hashes}", Version:`)
    expect(JSON.parse((await render('a red circle')).body.info).extra_generation_params).deep.equal({})
  })

  it('are fetched only when the prompt names them', async () => {
    const missing = [lora('none.safetensors')]
    expect((await render('a red circle', missing)).status).equal(200)
    expect((await render('a red circle <lora:none:0>', missing)).status).equal(404)
  })

  const REFUSED: [what: string, prompt: string, loras: unknown, status: number, name: string, message: RegExp][] = [
    [
      'a name that nobody has',
      'red <lora:chalk:1>',
      LORAS,
      404,
      'ModelNotFound',
      /names the LoRA chalk, which is neither in models\.Lora .* there: stem\.safetensors, words\.safetensors/,
    ],
    ['a name in other letters', 'red <lora:Stem:1>', LORAS, 404, 'ModelNotFound', /the LoRA Stem, .*/],
    ['a part of a name', 'red <lora:ste:1>', LORAS, 404, 'ModelNotFound', /the LoRA ste,/],
    [
      'a checkpoint as a LoRA',
      'red <lora:checkpoint:1>',
      LORAS,
      400,
      'InvalidPayload',
      /^models\.Lora\[2\]: checkpoint\.safetensors: it is no LoRA for the pocket model/,
    ],
    [
      'a file that is too large',
      'red <lora:huge:1>',
      [lora('huge.safetensors')],
      400,
      'InvalidPayload',
      /^models\.Lora\[0\]: huge\.safetensors has 68157440 bytes/,
    ],
    [
      'two files of one name',
      'red <lora:stem:1>',
      [lora('stem.safetensors'), lora('stem.safetensors', 's3://bucket/loras/2/output')],
      400,
      'InvalidPayload',
      /^models\.Lora has 2 files that answer to stem/,
    ],
    ['a list that is none', 'red', {}, 400, 'InvalidPayload', /^models\.Lora is not a list/],
    [
      'an entry without a name',
      'red',
      [{ s3: '' }],
      400,
      'InvalidPayload',
      /^models\.Lora\[0\]\.model_name is missing/,
    ],
    ['a broken tag', 'red <lora:stem:x>', LORAS, 400, 'InvalidPayload', /^prompt has <lora:stem:x>/],
    ['another network in the negative prompt', '', LORAS, 422, 'UnsupportedTask', /negative_prompt has <hypernet:x:1>/],
  ]
  for (const [what, prompt, loras, status, name, message] of REFUSED) {
    it(`refuse ${what} with ${status} ${name}`, async () => {
      const answer = await render(prompt, loras, prompt === '' ? { negative_prompt: '<hypernet:x:1>' } : {})
      expect(answer.status).equal(status)
      expect(answer.body.error.name).equal(name)
      expect(answer.body.error.message).match(message)
    })
  }
})
