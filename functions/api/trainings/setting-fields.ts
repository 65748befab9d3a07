import {
  choiceField,
  flagField,
  integerField,
  listField,
  numberField,
  refuse,
  textField,
} from '../../shared/http/fields.ts'
import { MOST_INSTANCE_TYPES } from '../../shared/trainings/job-names.ts'
import {
  LR_SCHEDULERS,
  MIXED_PRECISIONS,
  OPTIMIZERS,
  SAVE_PRECISIONS,
  type TrainingPlacement,
  type TrainingSettings,
} from '../../shared/trainings/training-request.ts'

type Fields = Required<TrainingSettings & TrainingPlacement & { epochs: number; saveEveryEpochs: number }>

type Reader<Value> = (value: unknown, where: string) => Value

const INSTANCE_TYPE = /^ml\.[a-z0-9-]+\.[a-z0-9]+$/
/** SageMaker's own limits: five days for a job, and a week for the wait here. */
const MOST_RUN_HOURS = 120
const MOST_WAIT_HOURS = 168
const LEAST_HOURS = 0.001

const integer =
  (min: number, max: number): Reader<number> =>
  (value, where) =>
    integerField(value, where, { min, max })
const number =
  (min: number, max: number): Reader<number> =>
  (value, where) =>
    numberField(value, where, { min, max })
const text =
  (max: number): Reader<string> =>
  (value, where) =>
    textField(value, where, { max })

/** One row for each setting, in the bounds that hold for every family. */
export const SETTING_FIELDS: { readonly [Field in keyof Fields]: Reader<Fields[Field]> } = {
  instancePrompt: text(1000),
  classPrompt: text(1000),
  priorPreservation: flagField,
  priorLossWeight: number(0, 10),
  classImages: integer(1, 2000),
  classDataset: text(255),
  captions: flagField,
  steps: integer(1, 100_000),
  epochs: integer(1, 10_000),
  learningRate: number(1e-9, 1),
  textEncoderLearningRate: number(0, 1),
  trainTextEncoder: flagField,
  optimizer: (value, where) => choiceField(value, where, OPTIMIZERS),
  lrScheduler: (value, where) => choiceField(value, where, LR_SCHEDULERS),
  lrWarmupSteps: integer(0, 100_000),
  gradientAccumulation: integer(1, 128),
  resolution: integer(32, 2048),
  centerCrop: flagField,
  flip: flagField,
  batchSize: integer(1, 64),
  seed: integer(0, 0xffff_ffff),
  checkpointEvery: integer(1, 100_000),
  saveEveryEpochs: integer(1, 10_000),
  rank: integer(1, 256),
  alpha: number(0.001, 1024),
  mixedPrecision: (value, where) => choiceField(value, where, MIXED_PRECISIONS),
  savePrecision: (value, where) => choiceField(value, where, SAVE_PRECISIONS),
  gradientCheckpointing: flagField,
  instanceTypes: readInstanceTypes,
  spot: flagField,
  maxRuntimeHours: number(LEAST_HOURS, MOST_RUN_HOURS),
  maxWaitHours: number(LEAST_HOURS, MOST_WAIT_HOURS),
}

export type SettingField = keyof typeof SETTING_FIELDS

/** An instance type as SageMaker writes them. */
export function readInstanceType(value: unknown, where: string): string {
  const type = textField(value, where, { max: 63 })
  if (!INSTANCE_TYPE.test(type)) refuse(where, `is "${type}"`, 'give one like ml.g5.2xlarge')
  return type
}

function readInstanceTypes(value: unknown, where: string): string[] {
  const types = listField(value, where, { min: 1, max: MOST_INSTANCE_TYPES })
  return [...new Set(types.map((type, index) => readInstanceType(type, `${where}[${index}]`)))]
}
