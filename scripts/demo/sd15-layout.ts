/** Tensor names with their shapes. */
export type Layout = Map<string, number[]>

/** How wide the layers are. Stable Diffusion 1.5 itself is `{ unet: 320, text: 768, autoencoder: 128 }`. */
export interface Widths {
  unet: number
  text: number
  autoencoder: number
}

type Add = (name: string, weight: number[], hasBias?: boolean) => void

const TEXT_LAYERS = 12
const VOCABULARY = 49_408
const TOKENS = 77
const UNET_LEVELS = [1, 2, 4, 4]
const AUTOENCODER_LEVELS = [1, 2, 4, 4]

const conv3 = (out: number, from: number): number[] => [out, from, 3, 3]
const conv1 = (out: number, from: number): number[] => [out, from, 1, 1]

function addUnetResidual(add: Add, name: string, channels: { from: number; to: number; time: number }): void {
  const { from, to, time } = channels
  add(`${name}.in_layers.0`, [from])
  add(`${name}.in_layers.2`, conv3(to, from))
  add(`${name}.emb_layers.1`, [to, time])
  add(`${name}.out_layers.0`, [to])
  add(`${name}.out_layers.3`, conv3(to, to))
  if (from !== to) add(`${name}.skip_connection`, conv1(to, from))
}

function addUnetAttention(add: Add, name: string, channels: number, context: number): void {
  const block = `${name}.transformer_blocks.0`
  add(`${name}.norm`, [channels])
  add(`${name}.proj_in`, conv1(channels, channels))
  for (const [attention, width] of [
    ['attn1', channels],
    ['attn2', context],
  ] as const) {
    add(`${block}.${attention}.to_q`, [channels, channels], false)
    add(`${block}.${attention}.to_k`, [channels, width], false)
    add(`${block}.${attention}.to_v`, [channels, width], false)
    add(`${block}.${attention}.to_out.0`, [channels, channels])
  }
  add(`${block}.ff.net.0.proj`, [channels * 8, channels])
  add(`${block}.ff.net.2`, [channels, channels * 4])
  for (const norm of ['norm1', 'norm2', 'norm3']) add(`${block}.${norm}`, [channels])
  add(`${name}.proj_out`, conv1(channels, channels))
}

/** The three input blocks of each level; answers the channels that the output blocks get back as skips. */
function addUnetInputs(add: Add, widths: Widths): number[] {
  const time = widths.unet * 4
  add('input_blocks.0.0', conv3(widths.unet, 4))
  const skips = [widths.unet]
  let channels = widths.unet
  UNET_LEVELS.forEach((factor, level) => {
    const to = widths.unet * factor
    for (const step of [1, 2]) {
      const block = `input_blocks.${level * 3 + step}`
      addUnetResidual(add, `${block}.0`, { from: channels, to, time })
      if (level < 3) addUnetAttention(add, `${block}.1`, to, widths.text)
      channels = to
      skips.push(to)
    }
    if (level === 3) return
    add(`input_blocks.${level * 3 + 3}.0.op`, conv3(to, to))
    skips.push(to)
  })
  return skips
}

function addUnetOutputs(add: Add, widths: Widths, skips: number[]): void {
  const time = widths.unet * 4
  let channels = widths.unet * 4
  UNET_LEVELS.toReversed().forEach((factor, depth) => {
    const to = widths.unet * factor
    for (const step of [0, 1, 2]) {
      const block = `output_blocks.${depth * 3 + step}`
      addUnetResidual(add, `${block}.0`, { from: channels + (skips.pop() ?? 0), to, time })
      if (depth > 0) addUnetAttention(add, `${block}.1`, to, widths.text)
      channels = to
      if (step === 2 && depth < 3) add(`${block}.${depth === 0 ? 1 : 2}.conv`, conv3(to, to))
    }
  })
}

function addUnet(add: Add, widths: Widths): void {
  const time = widths.unet * 4
  add('time_embed.0', [time, widths.unet])
  add('time_embed.2', [time, time])
  const skips = addUnetInputs(add, widths)
  addUnetResidual(add, 'middle_block.0', { from: time, to: time, time })
  addUnetAttention(add, 'middle_block.1', time, widths.text)
  addUnetResidual(add, 'middle_block.2', { from: time, to: time, time })
  addUnetOutputs(add, widths, skips)
  add('out.0', [widths.unet])
  add('out.2', conv3(4, widths.unet))
}

function addAutoencoderResidual(add: Add, name: string, from: number, to: number): void {
  add(`${name}.norm1`, [from])
  add(`${name}.conv1`, conv3(to, from))
  add(`${name}.norm2`, [to])
  add(`${name}.conv2`, conv3(to, to))
  if (from !== to) add(`${name}.nin_shortcut`, conv1(to, from))
}

function addAutoencoderMiddle(add: Add, name: string, channels: number): void {
  addAutoencoderResidual(add, `${name}.mid.block_1`, channels, channels)
  addAutoencoderResidual(add, `${name}.mid.block_2`, channels, channels)
  add(`${name}.mid.attn_1.norm`, [channels])
  for (const part of ['q', 'k', 'v', 'proj_out']) add(`${name}.mid.attn_1.${part}`, conv1(channels, channels))
}

function addAutoencoder(add: Add, width: number): void {
  const top = width * 4
  add('encoder.conv_in', conv3(width, 3))
  let channels = width
  AUTOENCODER_LEVELS.forEach((factor, level) => {
    for (const block of [0, 1]) {
      addAutoencoderResidual(add, `encoder.down.${level}.block.${block}`, channels, width * factor)
      channels = width * factor
    }
    if (level < 3) add(`encoder.down.${level}.downsample.conv`, conv3(channels, channels))
  })
  addAutoencoderMiddle(add, 'encoder', top)
  add('encoder.norm_out', [top])
  add('encoder.conv_out', conv3(8, top))
  add('decoder.conv_in', conv3(top, 4))
  addAutoencoderMiddle(add, 'decoder', top)
  for (const level of [3, 2, 1, 0]) {
    const to = width * (AUTOENCODER_LEVELS[level] ?? 1)
    for (const block of [0, 1, 2]) {
      addAutoencoderResidual(add, `decoder.up.${level}.block.${block}`, channels, to)
      channels = to
    }
    if (level > 0) add(`decoder.up.${level}.upsample.conv`, conv3(to, to))
  }
  add('decoder.norm_out', [width])
  add('decoder.conv_out', conv3(3, width))
  add('quant_conv', conv1(8, 8))
  add('post_quant_conv', conv1(4, 4))
}

function addTextLayer(add: Add, name: string, width: number): void {
  for (const part of ['k_proj', 'out_proj', 'q_proj', 'v_proj']) add(`${name}.self_attn.${part}`, [width, width])
  for (const norm of ['layer_norm1', 'layer_norm2']) add(`${name}.${norm}`, [width])
  add(`${name}.mlp.fc1`, [width * 4, width])
  add(`${name}.mlp.fc2`, [width, width * 4])
}

/** Every tensor of a Stable Diffusion 1.x checkpoint by its name in the file, for layers of the given widths. */
export function sd15Layout(widths: Widths): Layout {
  const layout: Layout = new Map()
  const below =
    (prefix: string): Add =>
    (name, weight, hasBias = true) => {
      layout.set(`${prefix}.${name}.weight`, weight)
      if (hasBias) layout.set(`${prefix}.${name}.bias`, [weight[0] ?? 0])
    }
  addUnet(below('model.diffusion_model'), widths)
  addAutoencoder(below('first_stage_model'), widths.autoencoder)
  const text = 'cond_stage_model.transformer.text_model'
  const addText = below(text)
  layout.set(`${text}.embeddings.position_ids`, [1, TOKENS])
  addText('embeddings.position_embedding', [TOKENS, widths.text], false)
  addText('embeddings.token_embedding', [VOCABULARY, widths.text], false)
  for (let layer = 0; layer < TEXT_LAYERS; layer++) addTextLayer(addText, `encoder.layers.${layer}`, widths.text)
  addText('final_layer_norm', [widths.text])
  return layout
}
