import type {
  LrScheduler,
  MixedPrecision,
  Optimizer,
  SavePrecision,
  TrainableFamily,
  TrainingMethod,
} from './training-request.ts'

/** `training.json` of the channel `config`: everything that the training program is told. Every field is there. */
export interface TrainingConfig {
  id: string
  /** Stem of the output file. */
  name: string
  method: TrainingMethod
  family: TrainableFamily
  /** The one file in the channel `base`. */
  base: { file: string; checkpointId: string }
  instancePrompt: string
  classPrompt: string | null
  priorPreservation: { weight: number; images: number } | null
  /** A picture's caption file takes the place of the instance prompt. */
  captions: boolean
  steps: number
  batchSize: number
  learningRate: number
  textEncoderLearningRate: number | null
  trainTextEncoder: boolean
  optimizer: Optimizer
  lrScheduler: LrScheduler
  lrWarmupSteps: number
  gradientAccumulation: number
  resolution: number
  centerCrop: boolean
  flip: boolean
  seed: number
  /** Steps between two intermediate files, which are called `<name>-step00000100.safetensors`. */
  checkpointEvery: number | null
  lora: { rank: number; alpha: number } | null
  mixedPrecision: MixedPrecision
  savePrecision: SavePrecision
  gradientCheckpointing: boolean
  /** Goes into the header of every file that comes out. */
  metadata: Record<string, string>
}
