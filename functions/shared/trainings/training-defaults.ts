import type { LrScheduler, MixedPrecision, SavePrecision, TrainableFamily, TrainingMethod } from './training-request.ts'

/** What a training gets where its request says nothing. */
export interface TrainingDefaults {
  steps: number
  batchSize: number
  learningRate: number
  textEncoderLearningRate: number | 'as the denoiser'
  trainTextEncoder: boolean
  lrScheduler: LrScheduler
  resolution: number
  classImages: number
  mixedPrecision: MixedPrecision
  savePrecision: SavePrecision
  gradientCheckpointing: boolean
  rank: number
  instanceTypes: readonly string[]
  maxRuntimeHours: number
}

/** What a family can do at all. */
export interface FamilyLimits {
  /** Pixels a side of the pictures that are trained on. */
  resolution: { min: number; max: number; multipleOf: number }
  mostSteps: number
  mostBatch: number
}

const SD1 = {
  batchSize: 1,
  trainTextEncoder: true,
  lrScheduler: 'constant',
  resolution: 512,
  classImages: 100,
  mixedPrecision: 'fp16',
  savePrecision: 'fp16',
  gradientCheckpointing: true,
  rank: 16,
  instanceTypes: ['ml.g5.2xlarge', 'ml.g6.2xlarge', 'ml.g5.4xlarge'],
  maxRuntimeHours: 12,
} as const

/** One text encoder more and four times the pixels; its text encoders are better left alone. */
const SDXL = {
  ...SD1,
  trainTextEncoder: false,
  resolution: 1024,
  instanceTypes: ['ml.g5.4xlarge', 'ml.g6.4xlarge', 'ml.g5.8xlarge'],
  maxRuntimeHours: 24,
} as const

/** Half a minute on one core. */
const POCKET = {
  steps: 200,
  batchSize: 4,
  trainTextEncoder: true,
  lrScheduler: 'constant',
  resolution: 512,
  classImages: 60,
  mixedPrecision: 'no',
  savePrecision: 'fp16',
  gradientCheckpointing: false,
  rank: 8,
  instanceTypes: ['ml.m5.large', 'ml.m5.xlarge'],
  maxRuntimeHours: 1,
} as const

/** Its weights with the optimizer's moments are 41 GB: more than a g5 or g6 has. */
const SDXL_WHOLE = { ...SDXL, instanceTypes: ['ml.g6e.4xlarge', 'ml.g6e.8xlarge', 'ml.p4de.24xlarge'] } as const

export const TRAINING_DEFAULTS: Readonly<Record<TrainableFamily, Record<TrainingMethod, TrainingDefaults>>> = {
  pocket: {
    dreambooth: { ...POCKET, learningRate: 0.001, textEncoderLearningRate: 'as the denoiser' },
    lora: { ...POCKET, learningRate: 0.004, textEncoderLearningRate: 'as the denoiser' },
  },
  sd1: {
    dreambooth: { ...SD1, steps: 800, learningRate: 0.000002, textEncoderLearningRate: 'as the denoiser' },
    lora: { ...SD1, steps: 1000, learningRate: 0.0001, textEncoderLearningRate: 0.00005 },
  },
  sdxl: {
    dreambooth: { ...SDXL_WHOLE, steps: 800, learningRate: 0.000001, textEncoderLearningRate: 'as the denoiser' },
    lora: { ...SDXL, steps: 1000, learningRate: 0.0001, textEncoderLearningRate: 0.00005 },
  },
}

export const FAMILY_LIMITS: Readonly<Record<TrainableFamily, FamilyLimits>> = {
  // It shrinks every picture to its 32 pixels a side.
  pocket: { resolution: { min: 32, max: 1024, multipleOf: 8 }, mostSteps: 20_000, mostBatch: 64 },
  sd1: { resolution: { min: 256, max: 1024, multipleOf: 64 }, mostSteps: 100_000, mostBatch: 16 },
  sdxl: { resolution: { min: 512, max: 1536, multipleOf: 64 }, mostSteps: 100_000, mostBatch: 8 },
}
