import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { sd15Layout } from '../../../../scripts/demo/sd15-layout.ts'

const FULL = { unet: 320, text: 768, autoencoder: 128 }
const RECORDED = '../shared/data/sd15.shapes.json'

const countElements = (layout: Map<string, number[]>, prefix: string): number =>
  [...layout]
    .filter(([name]) => name.startsWith(prefix))
    .reduce((sum, [, shape]) => sum + shape.reduce((product, length) => product * length, 1), 0)

describe('sd15Layout', () => {
  it('has the number of tensors and of UNet weights that Stable Diffusion 1.5 is known for', () => {
    const layout = sd15Layout(FULL)
    expect(layout.size).to.equal(1131)
    expect(countElements(layout, 'model.diffusion_model.')).to.equal(859_520_964)
    expect(countElements(layout, '')).to.equal(1_066_235_384)
  })

  it('keeps every name when the layers are narrower', () => {
    const narrow = sd15Layout({ unet: 32, text: 64, autoencoder: 16 })
    expect([...narrow.keys()]).to.deep.equal([...sd15Layout(FULL).keys()])
    expect(narrow.get('model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight')).to.deep.equal([
      32, 64,
    ])
  })

  it('equals the recorded shapes of the real file, where they are at hand', () => {
    if (!existsSync(RECORDED)) return
    const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Record<string, number[]>
    expect(Object.fromEntries(sd15Layout(FULL))).to.deep.equal(recorded)
  })
})
