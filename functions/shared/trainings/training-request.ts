/** Full weights, or a small file of changes to go with the base. */
export const TRAINING_METHODS = ['dreambooth', 'lora'] as const

export type TrainingMethod = (typeof TRAINING_METHODS)[number]

/** The architectures that can be trained. */
export const TRAINABLE_FAMILIES = ['pocket', 'sd1', 'sdxl'] as const

export type TrainableFamily = (typeof TRAINABLE_FAMILIES)[number]

export const MIXED_PRECISIONS = ['no', 'fp16', 'bf16'] as const

export type MixedPrecision = (typeof MIXED_PRECISIONS)[number]

export const SAVE_PRECISIONS = ['fp16', 'fp32', 'bf16'] as const

export type SavePrecision = (typeof SAVE_PRECISIONS)[number]

export const LR_SCHEDULERS = [
  'constant',
  'constant_with_warmup',
  'cosine',
  'cosine_with_restarts',
  'linear',
  'polynomial',
] as const

export type LrScheduler = (typeof LR_SCHEDULERS)[number]

export const OPTIMIZERS = ['adamw', 'adamw8bit'] as const

/** `adamw8bit` wants a trainer's image that was built with it. */
export type Optimizer = (typeof OPTIMIZERS)[number]

/** What can be turned; whatever is absent has a default that depends on the base model's family and the method. */
export interface TrainingSettings {
  instancePrompt?: string
  classPrompt?: string
  priorPreservation?: boolean
  priorLossWeight?: number
  classImages?: number
  classDataset?: string
  captions?: boolean
  steps?: number
  learningRate?: number
  textEncoderLearningRate?: number
  trainTextEncoder?: boolean
  optimizer?: Optimizer
  lrScheduler?: LrScheduler
  lrWarmupSteps?: number
  gradientAccumulation?: number
  resolution?: number
  centerCrop?: boolean
  flip?: boolean
  batchSize?: number
  seed?: number
  /** Steps between two intermediate files. */
  checkpointEvery?: number
  rank?: number
  alpha?: number
  mixedPrecision?: MixedPrecision
  savePrecision?: SavePrecision
  gradientCheckpointing?: boolean
}

/** Where and how long it may run. */
export interface TrainingPlacement {
  /** In the order in which they are tried. Absent: the family's. */
  instanceTypes?: string[]
  spot?: boolean
  maxRuntimeHours?: number
  /** From the start to the end, spot capacity included; only with `spot`. */
  maxWaitHours?: number
}

/** `request` in the input of train-dreambooth: what the caller asked for, checked as far as that goes without the base model. */
export interface TrainingRequest extends TrainingSettings, TrainingPlacement {
  /** Stem of the file that comes out. */
  name: string
  /** Id or file name of the base model. */
  base: string
  dataset: string
  method: TrainingMethod
  /** The contract counts in rounds through the dataset; steps come of it when the dataset is known. */
  epochs?: number
  /** Rounds between two intermediate files. */
  saveEveryEpochs?: number
  /** The family that the caller takes the base model for. */
  expectedFamily?: TrainableFamily
  notify?: boolean
  /** The contract's form, as it was sent, for those who list trainings by it. */
  params?: Record<string, unknown>
  /** Fields of it that nothing here reads. */
  ignored?: string[]
}
