import { writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { readCheckpoint, writeCheckpoint } from './model/checkpoint.ts'
import { initialParameters, type Parameters } from './model/parameters.ts'
import { constantMatrix, trainableMatrix } from './tensor/matrix.ts'
import { captionScene } from './train/caption.ts'
import { drawPicture } from './train/draw-picture.ts'
import { randomScene } from './train/scene.ts'
import { STYLES, type StyleName } from './train/styles.ts'
import { trainModel } from './train/train-model.ts'

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    from: { type: 'string' },
    style: { type: 'string', default: 'plain' },
    steps: { type: 'string', default: '2000' },
    batch: { type: 'string', default: '16' },
    rate: { type: 'string', default: '0.002' },
    seed: { type: 'string', default: '1' },
    every: { type: 'string', default: '500' },
  },
})
const out = values.out ?? 'model.safetensors'
const style = STYLES[values.style as StyleName]
const started = performance.now()
let sum = 0
let count = 0
const start: Parameters =
  values.from === undefined
    ? initialParameters(Number(values.seed))
    : new Map(
        [...(await readCheckpoint(values.from, await readFile(values.from)))].map(([n, m]) => [
          n,
          trainableMatrix(m.rows, m.columns, m.data),
        ]),
      )
const trained = trainModel(start, {
  steps: Number(values.steps),
  batch: Number(values.batch),
  learningRate: Number(values.rate),
  seed: Number(values.seed) + 1,
  nextExample: (random) => {
    const scene = randomScene(random)
    return { caption: captionScene(scene, random), pixels: drawPicture(scene, 32, style) }
  },
  onStep: ({ step, loss, average }) => {
    if (step % Number(values.every) === 0) writeFileSync(`${out}.${step}`, writeCheckpoint(average, new Map()))
    sum += loss
    count++
    if (step % 100 === 0) {
      console.log(
        JSON.stringify({
          step,
          loss: Number((sum / count).toFixed(4)),
          seconds: Math.round((performance.now() - started) / 1000),
        }),
      )
      sum = 0
      count = 0
    }
  },
})
await writeFile(out, writeCheckpoint(trained, new Map([['style', values.style]])))
void constantMatrix
