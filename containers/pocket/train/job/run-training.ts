import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Parameters } from '../../model/parameters.ts'
import type { FineTuning } from '../fine-tuning.ts'
import { layOutMlDirectory, type MlDirectory, writeWhole } from './ml-directory.ts'
import { encodeOutput, finalFile, stepFile } from './outputs.ts'
import { prepareTraining } from './prepare-training.ts'
import { readBase } from './read-base.ts'
import { createProgress } from './tell-progress.ts'
import { TrainingFailure } from './training-failure.ts'
import { readPlan, type TrainingPlan } from './training-plan.ts'
import { createStateFile, type StateFile } from './training-state.ts'

export interface TrainingEnvironment {
  /** `/opt/ml`, or what stands for it. */
  readonly root: string
  readonly log: (line: string) => void
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
  /** Aborted when the training shall stop. It ends after the batch at hand. */
  readonly signal: AbortSignal
}

/** Milliseconds after which the training is put away, so that an interruption costs no more. */
const SAVED_EVERY = 45_000
/** A model that guesses grey has a loss below 5; from here no training comes back. */
const RUNAWAY_LOSS = 1000

/**
 * Trains as SageMaker's files say and writes its files for SageMaker. Stopped early, it puts the training away to be gone on with, and
 * writes the model as it is. Throws `TrainingFailure` where a person can help.
 */
export async function runTraining(environment: TrainingEnvironment): Promise<'finished' | 'stopped'> {
  const { root, log, signal } = environment
  const directory = layOutMlDirectory(root)
  try {
    const planText = await readFile(directory.plan, 'utf8').catch((cause: Error) => {
      throw new TrainingFailure(`There is no training.json in the channel "config": ${cause.message}`, { cause })
    })
    const plan = readPlan(planText)
    const { bytes, base } = await readBase(directory.channel('base'), plan.baseFile)
    log(`${plan.method} of “${plan.name}” on ${plan.baseFile}: ${plan.steps} steps of ${plan.batchSize} images`)
    const tuning = await prepareTraining({ plan, base, directory, log, signal })
    const state = createStateFile(directory.checkpoints, [planText, bytes], log)
    if (await state.restore(tuning)) {
      await bringBackOutputs(directory)
      log(`resumed at step ${tuning.step}`)
    }
    return await takeSteps({ ...environment, plan, base, tuning, state, directory })
  } catch (error) {
    if (!signal.aborted || error instanceof TrainingFailure) throw error
    log('stopped before the first step')
    return 'stopped'
  }
}

interface PreparedTraining extends TrainingEnvironment {
  readonly plan: TrainingPlan
  readonly base: Parameters
  readonly tuning: FineTuning
  readonly state: StateFile
  readonly directory: MlDirectory
}

async function takeSteps(training: PreparedTraining): Promise<'finished' | 'stopped'> {
  const { plan, tuning, signal, directory, log } = training
  try {
    await takeAllSteps(training)
  } catch (error) {
    if (!signal.aborted || error instanceof TrainingFailure) throw error
    await training.state.save(tuning)
    if (tuning.step > 0) await writeStep(training, [directory.model])
    log(`stopped at step ${tuning.step}`)
    return 'stopped'
  }
  await write(training, [join(directory.model, finalFile(plan))])
  log(`wrote ${finalFile(plan)}`)
  return 'finished'
}

async function takeAllSteps(training: PreparedTraining): Promise<void> {
  const { plan, tuning, state, directory, signal, now, log } = training
  const { steps, checkpointEvery = Number.POSITIVE_INFINITY } = plan
  const tell = createProgress({ steps, log, now })
  let saved = now()
  while (tuning.step < steps) {
    const report = await tuning.takeStep(signal)
    const { step } = tuning
    if (!(report.loss < RUNAWAY_LOSS * Math.max(1, plan.prior?.weight ?? 1))) {
      throw new TrainingFailure(
        `The training ran away: the loss was ${report.loss.toPrecision(3)} at step ${step}. Use a lower learning rate than ${plan.learningRate}.`,
      )
    }
    tell({ step, ...report })
    const isMilestone = step % checkpointEvery === 0 && step < steps
    if (isMilestone) await writeStep(training, [directory.model, keptOutputs(directory)])
    if (isMilestone || now() - saved > SAVED_EVERY) {
      await state.save(tuning)
      saved = now()
    }
  }
}

async function writeStep(training: PreparedTraining, directories: readonly string[]): Promise<void> {
  const name = stepFile(training.plan, training.tuning.step)
  await write(
    training,
    directories.map((directory) => join(directory, name)),
  )
  training.log(`wrote ${name}`)
}

async function write({ plan, base, tuning }: PreparedTraining, files: readonly string[]): Promise<void> {
  const bytes = encodeOutput(base, tuning.learned, { plan, step: tuning.step })
  for (const file of files) await writeWhole(file, bytes)
}

/** Beside the state, because an interrupted job's model directory is lost. */
function keptOutputs({ checkpoints }: MlDirectory): string {
  return join(checkpoints, 'models')
}

async function bringBackOutputs(directory: MlDirectory): Promise<void> {
  const kept = keptOutputs(directory)
  await mkdir(directory.model, { recursive: true })
  for (const name of await readdir(kept).catch(() => [])) {
    if (name.endsWith('.safetensors')) await copyFile(join(kept, name), join(directory.model, name))
  }
}
