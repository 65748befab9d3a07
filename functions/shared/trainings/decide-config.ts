import { refuse } from '../http/fields.ts'
import type { TrainingConfig } from './training-config.ts'
import { FAMILY_LIMITS, TRAINING_DEFAULTS, type TrainingDefaults } from './training-defaults.ts'
import type { TrainableFamily, TrainingRequest } from './training-request.ts'

/** What is known of the pictures. */
export interface PictureFacts {
  name: string
  images: number
  captions: number
  /** Of the contract's folder names: `10_toy` shows every picture ten times a round, and is a toy. */
  repeats: number
  token?: string
}

export interface ConfigFacts {
  id: string
  family: TrainableFamily
  base: { checkpointId: string; name: string }
  dataset: PictureFacts
  classDataset?: { name: string; images: number }
}

const DEFAULT_SEED = 1337
const FAMILY_NAMES: Readonly<Record<TrainableFamily, string>> = {
  pocket: 'a pocket model',
  sd1: 'SD 1.x',
  sdxl: 'SDXL',
}

/**
 * Everything that the training program is told: what was asked for, and for the rest the defaults of family and method.
 * Throws `InvalidRequest` naming the field for what this family cannot do.
 */
export function decideConfig(request: TrainingRequest, facts: ConfigFacts): TrainingConfig {
  const { id, family, base } = facts
  const { method } = request
  const defaults = TRAINING_DEFAULTS[family][method]
  checkFamily(request, family)
  const batchSize = request.batchSize ?? defaults.batchSize
  const gradientAccumulation = request.gradientAccumulation ?? 1
  const round = (facts.dataset.images * facts.dataset.repeats) / (batchSize * gradientAccumulation)
  const steps = stepsOf(request, defaults, round)
  checkLimits({ family, steps, batchSize, resolution: request.resolution ?? defaults.resolution })
  const prompts = promptsOf(request, facts)
  const trainTextEncoder = request.trainTextEncoder ?? defaults.trainTextEncoder
  const rank = request.rank ?? defaults.rank
  return {
    id,
    name: request.name,
    method,
    family,
    base: { file: base.name, checkpointId: base.checkpointId },
    ...prompts,
    priorPreservation: priorOf(request, { facts, defaults, classPrompt: prompts.classPrompt }),
    captions: takesCaptions(request, facts),
    steps,
    batchSize,
    learningRate: request.learningRate ?? defaults.learningRate,
    textEncoderLearningRate: trainTextEncoder ? encoderRateOf(request, defaults) : null,
    trainTextEncoder,
    optimizer: request.optimizer ?? 'adamw',
    lrScheduler: request.lrScheduler ?? defaults.lrScheduler,
    lrWarmupSteps: Math.min(request.lrWarmupSteps ?? 0, steps),
    gradientAccumulation,
    resolution: request.resolution ?? defaults.resolution,
    centerCrop: request.centerCrop ?? true,
    flip: request.flip ?? false,
    seed: request.seed ?? DEFAULT_SEED,
    checkpointEvery: intervalOf(request, { steps, round }),
    lora: method === 'lora' ? { rank, alpha: request.alpha ?? rank } : null,
    mixedPrecision: request.mixedPrecision ?? defaults.mixedPrecision,
    savePrecision: request.savePrecision ?? defaults.savePrecision,
    gradientCheckpointing: request.gradientCheckpointing ?? defaults.gradientCheckpointing,
    metadata: {
      'darkroom.training': id,
      'darkroom.base': base.name,
      'darkroom.baseCheckpoint': base.checkpointId,
      'darkroom.dataset': facts.dataset.name,
    },
  }
}

function checkFamily({ expectedFamily, base }: TrainingRequest, family: TrainableFamily): void {
  // The toy takes the place of either on a laptop.
  if (expectedFamily === undefined || expectedFamily === family || family === 'pocket') return
  refuse('fm_type', `says ${FAMILY_NAMES[expectedFamily]}`, `${base} is ${FAMILY_NAMES[family]}`)
}

function stepsOf({ steps, epochs }: TrainingRequest, defaults: TrainingDefaults, round: number): number {
  if (steps !== undefined) return steps
  return epochs === undefined ? defaults.steps : Math.max(1, Math.ceil(epochs * round))
}

function checkLimits(asked: { family: TrainableFamily; steps: number; batchSize: number; resolution: number }): void {
  const { resolution, mostSteps, mostBatch } = FAMILY_LIMITS[asked.family]
  const name = FAMILY_NAMES[asked.family]
  if (asked.steps > mostSteps) refuse('steps', `is ${asked.steps}`, `${name} takes at most ${mostSteps}`)
  if (asked.batchSize > mostBatch) refuse('batchSize', `is ${asked.batchSize}`, `${name} takes at most ${mostBatch}`)
  const { min, max, multipleOf } = resolution
  const fits = asked.resolution >= min && asked.resolution <= max && asked.resolution % multipleOf === 0
  const range = min === max ? String(min) : `${min} to ${max}, a multiple of ${multipleOf}`
  if (!fits) refuse('resolution', `is ${asked.resolution}`, `${name} takes ${range}`)
}

function promptsOf(request: TrainingRequest, { dataset }: ConfigFacts) {
  const instancePrompt = request.instancePrompt ?? dataset.token
  // The contract has no field for it: there the name of the output is the word to prompt with.
  if (instancePrompt === undefined && request.params === undefined && dataset.captions < dataset.images) {
    refuse(
      'instancePrompt',
      'is missing',
      'say what the pictures show, like "a sks toy", or give every picture a caption',
    )
  }
  return { instancePrompt: instancePrompt ?? request.name, classPrompt: request.classPrompt ?? null }
}

interface PriorFacts {
  facts: ConfigFacts
  defaults: TrainingDefaults
  classPrompt: string | null
}

/** What the class looks like is kept up by pictures of it, where somebody says what the class is. */
function priorOf(request: TrainingRequest, { facts, defaults, classPrompt }: PriorFacts) {
  const isClassGiven = classPrompt !== null && request.method === 'dreambooth'
  const isWanted = request.priorPreservation ?? (isClassGiven || facts.classDataset !== undefined)
  if (!isWanted) return null
  if (classPrompt === null) {
    refuse(
      'classPrompt',
      'is missing',
      'say what the subject is one of, like "a toy", or set priorPreservation to false',
    )
  }
  const images = facts.classDataset?.images ?? request.classImages ?? defaults.classImages
  return { weight: request.priorLossWeight ?? 1, images }
}

function takesCaptions({ captions }: TrainingRequest, { dataset }: ConfigFacts): boolean {
  return (captions ?? true) && dataset.captions > 0
}

function encoderRateOf(request: TrainingRequest, defaults: TrainingDefaults): number {
  const rate = request.textEncoderLearningRate ?? defaults.textEncoderLearningRate
  return rate === 'as the denoiser' ? (request.learningRate ?? defaults.learningRate) : rate
}

function intervalOf({ checkpointEvery, saveEveryEpochs }: TrainingRequest, run: { steps: number; round: number }) {
  const every = checkpointEvery ?? (saveEveryEpochs && Math.max(1, Math.round(saveEveryEpochs * run.round)))
  return every !== undefined && every > 0 && every < run.steps ? every : null
}
