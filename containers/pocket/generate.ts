import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { writePng } from './image/write-png.ts'
import { readCheckpoint } from './model/checkpoint.ts'
import { generate } from './model/generate.ts'
import { SHIPPED_WEIGHTS } from './weights/shipped-weights.ts'

/** Paints one picture from the command line: node --import tsx containers/pocket/generate.ts "a red circle on blue" --out x.png */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'pocket.png' },
    model: { type: 'string', default: SHIPPED_WEIGHTS },
    negative: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '20' },
    guidance: { type: 'string', default: '7' },
    sampler: { type: 'string', default: 'Euler' },
    size: { type: 'string', default: '256x256' },
  },
})

const [width, height] = values.size.split('x').map(Number)
const model = await readCheckpoint(basename(values.model), await readFile(values.model))
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
