import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { writePng } from './image/write-png.ts'
import { applyLoras } from './model/apply-lora.ts'
import { readCheckpoint } from './model/checkpoint.ts'
import { generate } from './model/generate.ts'
import { readLora } from './model/read-lora.ts'
import { SHIPPED_WEIGHTS } from './weights/shipped-weights.ts'

const USAGE = `Paints one picture: node --import tsx containers/pocket/generate.ts "a red circle on blue" --out x.png

  --out FILE         the PNG (default pocket.png)
  --model FILE       a pocket checkpoint (default: the shipped one)
  --lora FILE[:W]    a LoRA for it and how much it counts (default 1); may come several times
  --negative TEXT    what not to paint
  --seed N           the same seed paints the same picture (default 1)
  --steps N          default 20
  --guidance N       default 7
  --sampler NAME     A1111's name of it (default Euler)
  --size WxH         multiples of 8 from 32 to 1024 (default 256x256)
  --help             this text`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'pocket.png' },
    model: { type: 'string', default: SHIPPED_WEIGHTS },
    lora: { type: 'string', multiple: true, default: [] },
    negative: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '20' },
    guidance: { type: 'string', default: '7' },
    sampler: { type: 'string', default: 'Euler' },
    size: { type: 'string', default: '256x256' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help || positionals.length === 0) {
  console.log(USAGE)
  process.exit(values.help ? 0 : 2)
}
const [width, height] = values.size.split('x').map(Number)
const base = await readCheckpoint(basename(values.model), await readFile(values.model))
const loras = await Promise.all(
  values.lora.map(async (text) => {
    const [, file = text, weight = '1'] = /^(.+?)(?::([+-]?\d*\.?\d+))?$/.exec(text) ?? []
    const lora = await readLora(basename(file), await readFile(file))
    return { lora, textEncoder: Number(weight), unet: Number(weight) }
  }),
)
const model = applyLoras(base, loras)
const started = performance.now()
const picture = generate(model, {
  prompt: positionals.join(' '),
  negativePrompt: values.negative,
  seed: Number(values.seed),
  steps: Number(values.steps),
  guidance: Number(values.guidance),
  sampler: values.sampler,
  width: width ?? 256,
  height: height ?? width ?? 256,
})
await writeFile(values.out, writePng(picture))
console.log(
  `${values.out}: ${picture.width} × ${picture.height}, painted in ${Math.round(performance.now() - started)} ms`,
)
