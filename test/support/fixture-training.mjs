// A training program for tests: keeps to SageMaker's contract and behaves as the first known word of the instance
// prompt says, without such a word as the hyperparameter `behaviour` says.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const ROOT = process.env.DARKROOM_ML_DIR ?? '/opt/ml'
const at = (...parts) => join(ROOT, ...parts)

const readJson = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined)
const hyperparameters = readJson(at('input/config/hyperparameters.json')) ?? {}
const training = readJson(at('input/data/config/training.json')) ?? {}

const name = training.name ?? 'trained'
const steps = Number(training.steps ?? hyperparameters.steps ?? 4)
const STATE = at('checkpoints/state.json')

/** In one go under its final name, as programs should. */
const write = (file, content) => {
  writeFileSync(`${file}.part`, content)
  renameSync(`${file}.part`, file)
}

const progress = (step) =>
  console.log(`progress step=${step} of=${steps} loss=${(1 / (step + 1)).toFixed(4)} lr=1e-06 seconds=${step / 10}`)

const filesOf = (channel) => {
  const folder = at('input/data', channel)
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String).sort() : []
}

const safetensors = (tensors, data) => {
  const json = JSON.stringify({ __metadata__: { format: 'pt', ...training.metadata }, ...tensors })
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text, data])
}

const matrix = (begin) => ({ dtype: 'F16', shape: [2, 2], data_offsets: [begin, begin + 8] })

/** A LoRA, the base with other metadata, or without a base one tensor. */
const trained = () => {
  const data = Buffer.alloc(16, 1)
  if (training.method === 'lora') {
    const module = 'lora_unet_input_blocks_0_0'
    const tensors = { [`${module}.lora_down.weight`]: matrix(0), [`${module}.lora_up.weight`]: matrix(8) }
    return safetensors(tensors, data)
  }
  const [base] = filesOf('base')
  if (base === undefined)
    return safetensors({ 'model.diffusion_model.input_blocks.0.0.weight': matrix(0) }, data.subarray(8))
  const bytes = readFileSync(at('input/data/base', base))
  const end = 8 + Number(bytes.readBigUInt64LE())
  const { __metadata__, ...tensors } = JSON.parse(bytes.subarray(8, end).toString())
  return safetensors(tensors, bytes.subarray(end))
}

const modelFile = (file) => {
  mkdirSync(at('model'), { recursive: true })
  return at('model', file)
}

const writeModel = () => write(modelFile(`${name}.safetensors`), trained())

const fail = (message) => {
  mkdirSync(at('output'), { recursive: true })
  writeFileSync(at('output/failure'), message)
  process.exit(1)
}

const trainAtOnce = () => {
  for (let step = 1; step <= steps; step += 1) {
    if (steps < 20 || step % Math.ceil(steps / 20) === 0 || step === steps) progress(step)
    const { checkpointEvery } = training
    if (checkpointEvery && step % checkpointEvery === 0 && step < steps)
      write(modelFile(`${name}-step${String(step).padStart(8, '0')}.safetensors`), trained())
  }
}

const forEver = () => setInterval(() => undefined, 60_000)

const BEHAVIOURS = {
  ok() {
    trainAtOnce()
    writeModel()
  },
  'fail-message'() {
    progress(1)
    fail('The pictures show no subject: add pictures of it to the dataset.')
  },
  'fail-oddly'() {
    fail(`No "subject" in {% $pictures %}:\n\tC:\\pictures\\ü\u0000 ${'🦊'.repeat(1_500)}`)
  },
  'fail-silently'() {
    process.exit(3)
  },
  'exit-137'() {
    progress(1)
    process.exit(137)
  },
  hang() {
    progress(1)
    process.on('SIGTERM', () => {
      console.log('stopping')
      process.exit(0)
    })
    forEver()
  },
  stubborn() {
    progress(1)
    process.on('SIGTERM', () => console.log('not stopping'))
    forEver()
  },
  /** Puts out what it has when it is told to stop. */
  learning() {
    progress(1)
    process.on('SIGTERM', () => {
      writeModel()
      process.exit(0)
    })
    forEver()
  },
  /** Puts out copies of the files that the next words of the prompt name, under the names of its own. */
  copy() {
    trainAtOnce()
    const [final, ...steps] = words.slice(words.indexOf('copy') + 1)
    write(modelFile(`${name}.safetensors`), readFileSync(final))
    for (const [index, file] of steps.entries())
      write(modelFile(`${name}-step${String(index + 1).padStart(8, '0')}.safetensors`), readFileSync(file))
  },
  'no-output'() {
    trainAtOnce()
  },
  truncated() {
    trainAtOnce()
    writeModel()
    truncateSync(modelFile(`${name}.safetensors`), trained().length - 5)
  },
  hostile() {
    trainAtOnce()
    const lie = Buffer.alloc(64, 0x7b)
    lie.writeBigUInt64LE(2n ** 60n)
    write(modelFile(`${name}.safetensors`), lie)
    const huge = Buffer.alloc(1_024, 0x20)
    huge.writeBigUInt64LE(200_000_000n)
    write(modelFile(`${name}-step00000001.safetensors`), huge)
  },
  'many-outputs'() {
    trainAtOnce()
    for (let count = 0; count < 2_480; count += 1)
      writeFileSync(modelFile(`0-sample-${String(count).padStart(4, '0')}.txt`), 'a sample')
    for (let count = 0; count < 17; count += 1)
      writeFileSync(modelFile(`0-broken-${String(count).padStart(2, '0')}.safetensors`), 'not one')
    for (const step of [1, 2]) write(modelFile(`${name}-step0000000${step}.safetensors`), trained())
    writeModel()
  },
  async slow() {
    const { step: done = 0 } = readJson(STATE) ?? {}
    let step = done
    const keep = () => {
      mkdirSync(at('checkpoints'), { recursive: true })
      write(STATE, JSON.stringify({ step }))
    }
    process.on('SIGTERM', () => {
      keep()
      console.log(`stopped at step ${step}`)
      process.exit(0)
    })
    if (done > 0) console.log(`resumed at step ${done}`)
    while (step < steps) {
      await pause(Number(hyperparameters.pause ?? 50))
      step += 1
      progress(step)
      keep()
    }
    writeModel()
  },
}

const words = String(training.instancePrompt ?? '').split(/\s+/)
const behaviour = words.find((word) => Object.hasOwn(BEHAVIOURS, word)) ?? hyperparameters.behaviour ?? 'ok'
console.log(`fixture training: ${behaviour}, ${filesOf('dataset').length} dataset files`)
if (hyperparameters.tell) console.log(JSON.stringify({ pid: process.pid, environment: process.env, root: ROOT }))
await BEHAVIOURS[behaviour]()
