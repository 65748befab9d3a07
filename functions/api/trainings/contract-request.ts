import { InvalidRequestError } from '../../shared/errors.ts'
import { objectField } from '../../shared/http/fields.ts'
import { isJsonObject, type JsonObject } from '../../shared/http/json-body.ts'
import { storableParams } from '../../shared/http/storable-params.ts'
import { OPTIMIZERS, type TrainableFamily, type TrainingRequest } from '../../shared/trainings/training-request.ts'
import { readName, readSettings } from './plain-request.ts'
import { readInstanceType, type SettingField } from './setting-fields.ts'

const FAMILIES: Readonly<Record<string, TrainableFamily>> = { sd_1_5: 'sd1', sd_xl: 'sdxl' }

const TRAINING_PARAMS = ['training_instance_type', 'model', 'dataset', 'fm_type'] as const

/** Fields that the contract demands, by section. */
const NEEDED: readonly [section: string, field: string][] = [
  ['saving_arguments', 'output_name'],
  ['saving_arguments', 'save_every_n_epochs'],
  ['training_arguments', 'max_train_epochs'],
]

/**
 * Our setting for a field of kohya's, and how its value becomes one; undefined where nothing here is meant by it. Where two
 * fields mean the same, the later row counts.
 */
const KOHYA_FIELDS: readonly [field: string, setting: SettingField, convert: (value: unknown) => unknown][] = [
  ['max_train_epochs', 'epochs', asNumber],
  ['max_train_steps', 'steps', asNumber],
  ['save_every_n_epochs', 'saveEveryEpochs', asNumber],
  ['save_every_n_steps', 'checkpointEvery', asNumber],
  ['train_batch_size', 'batchSize', asNumber],
  ['gradient_accumulation_steps', 'gradientAccumulation', asNumber],
  ['learning_rate', 'learningRate', asNumber],
  ['unet_lr', 'learningRate', asNumber],
  ['text_encoder_lr', 'textEncoderLearningRate', asNumber],
  ['network_train_unet_only', 'trainTextEncoder', (value) => negated(asFlag(value))],
  ['optimizer_type', 'optimizer', asOptimizer],
  ['lr_scheduler', 'lrScheduler', (value) => value],
  ['lr_warmup_steps', 'lrWarmupSteps', asNumber],
  ['network_dim', 'rank', asNumber],
  ['network_alpha', 'alpha', asNumber],
  ['resolution', 'resolution', asSide],
  ['random_crop', 'centerCrop', (value) => negated(asFlag(value))],
  ['flip_aug', 'flip', asFlag],
  ['seed', 'seed', asNumber],
  ['prior_loss_weight', 'priorLossWeight', asNumber],
  ['mixed_precision', 'mixedPrecision', (value) => value],
  ['save_precision', 'savePrecision', (value) => (value === 'float' ? 'fp32' : value)],
  ['gradient_checkpointing', 'gradientCheckpointing', asFlag],
]

/** Whether the body has the contract's form. */
export function isContractForm(body: JsonObject): boolean {
  return body.lora_train_type !== undefined || body.params !== undefined
}

/** Reads the contract's form of `POST /trainings`. What nothing here can use is kept, and named in `ignored`. */
export function readContractRequest(body: JsonObject): TrainingRequest {
  const type = String(body.lora_train_type ?? '')
  if (type.toLowerCase() !== 'kohya') {
    throw new InvalidRequestError(`Invalid lora train type: ${type.slice(0, 80)}, the valid value is kohya.`)
  }
  const params = objectField(body.params, 'params')
  const training = objectField(params.training_params, 'params.training_params')
  const config = objectField(params.config_params, 'params.config_params')
  checkNeeded(training, config)
  const family = FAMILIES[String(training.fm_type)]
  if (!family) {
    throw new InvalidRequestError(
      `Invalid fm_type ${String(training.fm_type).slice(0, 80)}, the valid values are sd_1_5 and sd_xl`,
    )
  }
  const { settings, ignored } = settingsOf(config)
  const saving = objectField(config.saving_arguments, 'params.config_params.saving_arguments')
  return {
    name: readName(saving.output_name, 'params.config_params.saving_arguments.output_name'),
    base: String(training.model).slice(0, 255),
    dataset: String(training.dataset).slice(0, 255),
    method: 'lora',
    expectedFamily: family,
    ...settings,
    instanceTypes: [readInstanceType(training.training_instance_type, 'params.training_params.training_instance_type')],
    params: storableParams(params),
    ignored: [...ignored, ...extraFields(training)],
  }
}

/** The contract takes empty and 0 for missing. */
function checkNeeded(training: JsonObject, config: JsonObject): void {
  for (const field of TRAINING_PARAMS) {
    if (typeof training[field] !== 'string' || training[field] === '') missing(`training_params.${field}`)
  }
  for (const [section, field] of NEEDED) {
    const fields = config[section]
    if (!isJsonObject(fields) || !fields[field]) missing(`config_params.${section}.${field}`)
  }
}

function missing(field: string): never {
  throw new InvalidRequestError(`Missing ${field}`)
}

/** The sections only group: kohya itself reads them as one. */
function settingsOf(config: JsonObject): { settings: Partial<TrainingRequest>; ignored: string[] } {
  const found: JsonObject = {}
  const wheres: Record<string, string> = {}
  const ignored: string[] = []
  const fields = new Map(
    Object.entries(config).flatMap(([section, values]) =>
      isJsonObject(values)
        ? Object.entries(values).map(([field, value]) => [field, { where: `${section}.${field}`, value }] as const)
        : [[section, { where: section, value: values }] as const],
    ),
  )
  for (const [field, setting, convert] of KOHYA_FIELDS) {
    const given = fields.get(field)
    fields.delete(field)
    if (given === undefined || given.value === null || given.value === '') continue
    const value = convert(given.value)
    if (value === undefined) {
      ignored.push(`config_params.${given.where}`)
      continue
    }
    found[setting] = value
    wheres[setting] = `params.config_params.${given.where}`
  }
  fields.delete('output_name')
  for (const { where } of fields.values()) ignored.push(`config_params.${where}`)
  return { settings: readSettings(found, (setting) => wheres[setting] ?? setting), ignored }
}

function extraFields(training: JsonObject): string[] {
  const known: readonly string[] = TRAINING_PARAMS
  return Object.keys(training)
    .filter((field) => !known.includes(field))
    .map((field) => `training_params.${field}`)
}

/** The WebUI sends some numbers as text. */
function asNumber(value: unknown): unknown {
  return typeof value === 'string' && /^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(value) ? Number(value) : value
}

function asFlag(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const word = value.toLowerCase()
  return word === 'true' ? true : word === 'false' ? false : value
}

/** kohya has many more. */
function asOptimizer(value: unknown): unknown {
  return OPTIMIZERS.find((name) => name === String(value).toLowerCase())
}

function negated(value: unknown): unknown {
  return typeof value === 'boolean' ? !value : value
}

/** `512,512` is a square of 512. */
function asSide(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const [width, height] = value.split(',').map((side) => asNumber(side.trim()))
  return height === undefined || height === width ? width : value
}
