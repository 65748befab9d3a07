import type { JsonObject } from '../../../http/json-service.ts'
import { flag, list, number, oneOf, required, structure, text, type ValueOf } from '../../states/wire/shapes.ts'
import { resourceName, roleArn, s3Uri, tags } from '../operations/members.ts'
import { serializationError, validationError } from '../sagemaker-errors.ts'
import type { Channel, TrainingPlan } from './training-record.ts'

const inputMode = oneOf('Pipe', 'File', 'FastFile')

const channel = structure({
  ChannelName: required(text({ min: 1, max: 64, pattern: '[A-Za-z0-9\\.\\-_]+', matcher: /^[A-Za-z0-9.\-_]+$/ })),
  DataSource: required(
    structure({
      S3DataSource: structure({
        S3DataType: required(oneOf('ManifestFile', 'S3Prefix', 'AugmentedManifestFile')),
        S3Uri: required(s3Uri),
        S3DataDistributionType: oneOf('FullyReplicated', 'ShardedByS3Key'),
      }),
    }),
  ),
  ContentType: text({ max: 256 }),
  CompressionType: oneOf('None', 'Gzip'),
  RecordWrapperType: oneOf('None', 'RecordIO'),
  InputMode: inputMode,
})

const metricDefinition = structure({
  Name: required(text({ min: 1, max: 255 })),
  Regex: required(text({ min: 1, max: 500 })),
})

/** What CreateTrainingJob takes, with the limits of AWS's service model. */
export const createInput = structure({
  TrainingJobName: required(resourceName),
  AlgorithmSpecification: required(
    structure({
      TrainingImage: text({ max: 255, matcher: /.*/ }),
      AlgorithmName: text({ min: 1, max: 170 }),
      TrainingInputMode: required(inputMode),
      MetricDefinitions: list(metricDefinition, { max: 40 }),
      ContainerEntrypoint: list(text({ max: 256 }), { min: 1, max: 100 }),
      ContainerArguments: list(text({ max: 256 }), { min: 1, max: 100 }),
    }),
  ),
  RoleArn: required(roleArn),
  InputDataConfig: list(channel, { min: 1, max: 20 }),
  OutputDataConfig: required(
    structure({ S3OutputPath: required(s3Uri), CompressionType: oneOf('GZIP', 'NONE'), KmsKeyId: text({ max: 2048 }) }),
  ),
  ResourceConfig: required(
    structure({
      InstanceType: text({ pattern: 'ml\\.[a-z0-9-]+\\.[a-z0-9]+', matcher: /^ml\.[a-z0-9-]+\.[a-z0-9-]+$/ }),
      InstanceCount: number({ min: 0 }),
      VolumeSizeInGB: required(number({ min: 0 })),
    }),
  ),
  StoppingCondition: required(
    structure({
      MaxRuntimeInSeconds: number({ min: 1 }),
      MaxWaitTimeInSeconds: number({ min: 1 }),
      MaxPendingTimeInSeconds: number({ min: 7200, max: 2_419_200 }),
    }),
  ),
  CheckpointConfig: structure({ S3Uri: required(s3Uri), LocalPath: text({ max: 4096 }) }),
  EnableManagedSpotTraining: flag(),
  EnableNetworkIsolation: flag(),
  EnableInterContainerTrafficEncryption: flag(),
  Tags: tags,
})

export type CreateInput = ValueOf<typeof createInput> & { HyperParameters?: unknown; Environment?: unknown }

const DAY = 86_400

/** The job as the laptop runs it; throws for what AWS refuses and, saying so, for what only AWS can do. */
export function readPlan(input: CreateInput): TrainingPlan {
  const { AlgorithmSpecification: algorithm, ResourceConfig, OutputDataConfig, StoppingCondition } = input
  const beyond = Object.keys(BEYOND_LAPTOP).find((name) => BEYOND_LAPTOP[name]!(input))
  if (beyond !== undefined) throw validationError(`The laptop stack has no ${beyond} for training jobs.`)
  if (algorithm.TrainingImage === undefined) throw validationError('Either AlgorithmName or TrainingImage must be set.')
  if (ResourceConfig.InstanceType === undefined)
    throw validationError('InstanceType must be given in the ResourceConfig.')
  const { MaxRuntimeInSeconds: maxRuntime = DAY, MaxWaitTimeInSeconds: maxWait } = StoppingCondition
  const isSpot = input.EnableManagedSpotTraining ?? false
  checkWait({ isSpot, maxRuntime, maxWait })
  return {
    image: algorithm.TrainingImage,
    environment: readTexts(input.Environment, 'Environment'),
    hyperparameters: readTexts(input.HyperParameters, 'HyperParameters'),
    roleArn: input.RoleArn,
    channels: readChannels(input),
    outputPath: OutputDataConfig.S3OutputPath,
    isCompressed: OutputDataConfig.CompressionType !== 'NONE',
    instanceType: ResourceConfig.InstanceType,
    isSpot,
    maxRuntime,
    metrics: readMetricDefinitions(algorithm.MetricDefinitions ?? []),
    ...(maxWait !== undefined && { maxWait }),
    ...(input.CheckpointConfig && { checkpointUri: input.CheckpointConfig.S3Uri }),
  }
}

const CHECKPOINT_PATH = '/opt/ml/checkpoints'

const BEYOND_LAPTOP: Record<string, (input: CreateInput) => boolean> = {
  AlgorithmName: (input) => input.AlgorithmSpecification.AlgorithmName !== undefined,
  'container entry point or arguments': ({ AlgorithmSpecification: algorithm }) =>
    (algorithm.ContainerEntrypoint ?? algorithm.ContainerArguments) !== undefined,
  'input mode but File': (input) =>
    [input.AlgorithmSpecification.TrainingInputMode, ...(input.InputDataConfig ?? []).map(({ InputMode }) => InputMode)]
      .filter((mode) => mode !== undefined)
      .some((mode) => mode !== 'File'),
  'data source but S3Prefix and ManifestFile': ({ InputDataConfig = [] }) =>
    InputDataConfig.some(
      ({ DataSource: { S3DataSource: source } }) => !source || source.S3DataType === 'AugmentedManifestFile',
    ),
  'compressed channels': ({ InputDataConfig = [] }) =>
    InputDataConfig.some(
      ({ CompressionType = 'None', RecordWrapperType = 'None' }) =>
        CompressionType !== 'None' || RecordWrapperType !== 'None',
    ),
  'number of instances but 1': ({ ResourceConfig }) => ResourceConfig.InstanceCount !== 1,
  [`checkpoint path but ${CHECKPOINT_PATH}`]: ({ CheckpointConfig: { LocalPath = CHECKPOINT_PATH } = { S3Uri: '' } }) =>
    LocalPath.replace(/\/+$/, '') !== CHECKPOINT_PATH,
}

function checkWait({
  isSpot,
  maxRuntime,
  maxWait,
}: {
  isSpot: boolean
  maxRuntime: number
  maxWait: number | undefined
}): void {
  if (isSpot && (maxWait === undefined || maxWait < maxRuntime))
    throw validationError(
      'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds',
    )
  if (!isSpot && maxWait !== undefined)
    throw validationError('MaxWaitTimeInSeconds can only be set when EnableManagedSpotTraining is true')
}

function readChannels({ InputDataConfig = [] }: CreateInput): Channel[] {
  const channels = InputDataConfig.map(({ ChannelName: name, DataSource, ContentType }) => {
    const { S3DataType, S3Uri: uri } = DataSource.S3DataSource!
    return {
      name,
      uri,
      kind: S3DataType as Channel['kind'],
      ...(ContentType !== undefined && { contentType: ContentType }),
    }
  })
  const names = new Set(channels.map(({ name }) => name))
  if (names.size < channels.length) throw validationError('Duplicate channel names are not allowed in InputDataConfig.')
  return channels
}

function readMetricDefinitions(definitions: { Name: string; Regex: string }[]): { Name: string; Regex: string }[] {
  for (const { Name, Regex } of definitions)
    try {
      new RegExp(Regex)
    } catch {
      throw validationError(`The regular expression '${Regex}' of the metric ${Name} is invalid.`)
    }
  return definitions
}

function readTexts(value: unknown, member: string): Record<string, string> {
  const entries = Object.entries((value ?? {}) as JsonObject)
  const odd = entries.find(([, text]) => typeof text !== 'string')
  if (odd) throw serializationError(`${member}.${odd[0]}: ${typeof odd[1]} can not be converted to a String`)
  return Object.fromEntries(entries) as Record<string, string>
}
