import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writePng } from '../../containers/pocket/image/write-png.ts'
import { captionMascot, drawMascot, MASCOT_PROMPTS } from '../../containers/pocket/train/draw-mascot.ts'
import { layOutMlDirectory, type MlDirectory, writeWhole } from '../../containers/pocket/train/job/ml-directory.ts'
import { runTraining } from '../../containers/pocket/train/job/run-training.ts'
import { SHIPPED_WEIGHTS } from '../../containers/pocket/weights/shipped-weights.ts'

/** A quick Dreambooth of the mascot, two steps of one picture. */
export const QUICK_PLAN = {
  id: 't1',
  name: 'fox',
  method: 'dreambooth',
  family: 'pocket',
  base: { file: 'pocket-base.safetensors', checkpointId: 'c1' },
  instancePrompt: MASCOT_PROMPTS.instance,
  classPrompt: MASCOT_PROMPTS.class,
  priorPreservation: null as { weight: number; images: number } | null,
  captions: true,
  steps: 2,
  batchSize: 1,
  learningRate: 0.001,
  textEncoderLearningRate: null,
  trainTextEncoder: true,
  resolution: 512,
  centerCrop: true,
  flip: false,
  seed: 1337,
  checkpointEvery: null as number | null,
  lora: null as { rank: number; alpha: number } | null,
  savePrecision: 'fp16',
  metadata: { 'darkroom.training': 't1' },
}

export type Plan = typeof QUICK_PLAN

/** What SageMaker gives a training program, in a directory of its own. */
export interface TrainingRoot {
  readonly root: string
  readonly directory: MlDirectory
  readonly lines: string[]
  plan(changes: Readonly<Record<string, unknown>>): Promise<void>
  put(channel: 'base' | 'dataset' | 'class', name: string, bytes: Uint8Array | string): Promise<void>
  /** Trains here; `stopAfter` is how many progress lines are let pass before the stop. */
  train(options?: { stopAfter?: number }): Promise<'finished' | 'stopped'>
  output(name: string): Promise<Buffer>
  baseFile(): Promise<Buffer>
  /** Puts a state among the checkpoints. */
  putState(bytes: Uint8Array): Promise<void>
  remove(): Promise<void>
}

/** With the mascot's pictures and captions in the dataset and the shipped weights as the base. */
export async function createTrainingRoot(changes: Readonly<Record<string, unknown>> = {}): Promise<TrainingRoot> {
  const root = await mkdtemp(join(tmpdir(), 'pocket-training-'))
  const directory = layOutMlDirectory(root)
  const lines: string[] = []
  const put: TrainingRoot['put'] = (channel, name, bytes) => writeWhole(join(directory.channel(channel), name), bytes)
  const plan: TrainingRoot['plan'] = (more) => writeWhole(directory.plan, JSON.stringify({ ...QUICK_PLAN, ...more }))
  await put('base', QUICK_PLAN.base.file, await readFile(SHIPPED_WEIGHTS))
  for (let index = 0; index < 10; index++) {
    await put('dataset', `fox-${index}.png`, writePng(drawMascot(index)))
    await put('dataset', `fox-${index}.txt`, captionMascot(index))
  }
  await plan(changes)
  return {
    root,
    directory,
    lines,
    plan,
    put,
    train: ({ stopAfter = Number.POSITIVE_INFINITY } = {}) => {
      const stop = new AbortController()
      let told = 0
      const log = (line: string): void => {
        lines.push(line)
        if (line.startsWith('progress') && ++told >= stopAfter) stop.abort()
      }
      // A clock that jumps, so that every step has its line.
      let time = 0
      return runTraining({ root, log, now: () => (time += 1000), signal: stop.signal })
    },
    output: (name) => readFile(join(directory.model, name)),
    baseFile: () => readFile(join(directory.channel('base'), QUICK_PLAN.base.file)),
    putState: (bytes) => writeWhole(join(directory.checkpoints, 'training-state.safetensors'), bytes),
    remove: () => rm(root, { recursive: true, force: true }),
  }
}

/** Takes the dataset's files away and puts others there. */
export async function replaceDataset(
  { directory, put }: TrainingRoot,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> {
  await rm(directory.channel('dataset'), { recursive: true })
  for (const [name, bytes] of Object.entries(files)) await put('dataset', name, bytes)
}
