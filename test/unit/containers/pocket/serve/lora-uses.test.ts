import { expect } from 'chai'
import { readLoraUses } from '../../../../../containers/pocket/serve/lora-uses.ts'
import { withoutNetworkTags } from '../../../../../containers/pocket/text/network-tags.ts'

const uses = (prompt: string) => readLoraUses('prompt', prompt)

describe('the LoRAs of a prompt', () => {
  const TAGS: [tag: string, name: string, textEncoder: number, unet: number][] = [
    ['<lora:corgi>', 'corgi', 1, 1],
    ['<lora:corgi:0.5>', 'corgi', 0.5, 0.5],
    ['<lora:corgi:-1.25>', 'corgi', -1.25, -1.25],
    ['<lora:corgi:0>', 'corgi', 0, 0],
    ['<lora:corgi:.5:2>', 'corgi', 0.5, 2],
    ['<lora:my corgi v2.1.safetensors:1e-1>', 'my corgi v2.1.safetensors', 0.1, 0.1],
    ['<lora:corgi:te=0.1:unet=0.2>', 'corgi', 0.1, 0.2],
    ['<lora:corgi:unet=0>', 'corgi', 1, 0],
    ['<lora:corgi:0.5:te=1>', 'corgi', 1, 1],
  ]
  for (const [tag, name, textEncoder, unet] of TAGS) {
    it(`are read from ${tag}`, () => {
      expect(uses(`a ${tag} toy`)).deep.equal([{ name, textEncoder, unet }])
    })
  }

  it('are several in order, and the last one of a name counts', () => {
    const found = uses('<lora:a:1><lora:b:-0.5> toy <lora:a:0.2>')
    expect(found.map(({ name, unet }) => [name, unet])).deep.equal([
      ['a', 0.2],
      ['b', -0.5],
    ])
  })

  it('are not seen where there are none', () => {
    expect(uses('a < b: c > d, <lora>, lora:x:1, <:x:1>')).deep.equal([])
  })

  it('leave their words to nobody', () => {
    expect(withoutNetworkTags('red circle <lora:blue:1>, on <lora:x:0.5:1>green')).equal('red circle , on green')
  })

  const REFUSED: [tag: string, name: string, message: RegExp][] = [
    ['<lora:x:much>', 'InvalidPayload', /^prompt has <lora:x:much>, whose weight "much" is no number/],
    ['<lora:x:>', 'InvalidPayload', /weight ""/],
    ['<lora:x:NaN>', 'InvalidPayload', /weight "NaN"/],
    ['<lora:x:Infinity>', 'InvalidPayload', /weight "Infinity"/],
    ['<lora:x:1e9>', 'InvalidPayload', /from -100 to 100/],
    ['<lora:x:0x1>', 'InvalidPayload', /weight "0x1"/],
    ['<lora:>', 'InvalidPayload', /names no LoRA/],
    ['<lora:x:1:1:1>', 'UnsupportedTask', /more than <lora:name:weight>/],
    ['<lora:x:1:dyn=4>', 'UnsupportedTask', /more than/],
    ['<hypernet:x:1>', 'UnsupportedTask', /kind hypernet/],
  ]
  for (const [tag, name, message] of REFUSED) {
    it(`are refused in ${tag}`, () => {
      expect(() => uses(tag))
        .throws(message)
        .include({ name })
    })
  }
})
