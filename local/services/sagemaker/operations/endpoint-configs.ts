import type { JsonObject, JsonOperation } from '../../../http/json-service.ts'
import { checkedOperation } from '../../checked-operation.ts'
import { list, number, oneOf, required, structure, text, type ValueOf } from '../../states/wire/shapes.ts'
import type { AsyncInference, ConfiguredVariant, Tag } from '../records.ts'
import { authorizeOn, findRecord, type SageMakerContext } from '../sagemaker-context.ts'
import { alreadyExists, validationError } from '../sagemaker-errors.ts'
import { listPage } from './list-page.ts'
import { listing, resourceName, roleArn, s3Uri, startupTimeout, tags, topicArn } from './members.ts'
import { authorizePassRole } from './pass-role.ts'

const productionVariant = structure({
  VariantName: required(resourceName),
  ModelName: required(resourceName),
  InitialInstanceCount: number({ min: 0 }),
  InstanceType: text({ pattern: 'ml\\.[a-z0-9-]+\\.[a-z0-9]+', matcher: /^ml\.[a-z0-9-]+\.[a-z0-9-]+$/ }),
  InitialVariantWeight: number({ min: 0 }),
  ContainerStartupHealthCheckTimeoutInSeconds: startupTimeout,
  ModelDataDownloadTimeoutInSeconds: startupTimeout,
  VolumeSizeInGB: number({ min: 1, max: 512 }),
})

const responseIn = oneOf('SUCCESS_NOTIFICATION_TOPIC', 'ERROR_NOTIFICATION_TOPIC')

const asyncInferenceConfig = structure({
  ClientConfig: structure({ MaxConcurrentInvocationsPerInstance: number({ min: 1, max: 1000 }) }),
  OutputConfig: required(
    structure({
      S3OutputPath: s3Uri,
      S3FailurePath: s3Uri,
      NotificationConfig: structure({
        SuccessTopic: topicArn,
        ErrorTopic: topicArn,
        IncludeInferenceResponseIn: list(responseIn, { max: 2 }),
      }),
    }),
  ),
})

const createInput = structure({
  EndpointConfigName: required(resourceName),
  ProductionVariants: required(list(productionVariant, { min: 1, max: 10 })),
  AsyncInferenceConfig: asyncInferenceConfig,
  ExecutionRoleArn: roleArn,
  Tags: tags,
})

const nameInput = structure({ EndpointConfigName: required(resourceName) })

/** Endpoint configurations: create, describe, delete, list. */
export function createEndpointConfigOperations(context: SageMakerContext): Record<string, JsonOperation> {
  const { configs, clock } = context
  return {
    CreateEndpointConfig: checkedOperation(createInput, async (input, request) => {
      const name = input.EndpointConfigName
      const arn = authorizeOn(context, request, { action: 'CreateEndpointConfig', type: 'endpoint-config', name })
      if (input.Tags) request.authorize('sagemaker:AddTags', arn)
      if (input.ExecutionRoleArn) authorizePassRole(request, input.ExecutionRoleArn)
      if (configs.find(name)) throw alreadyExists('endpoint-config', arn)
      const { Tags: given = [], ...definition } = input
      const asyncInference = input.AsyncInferenceConfig && readAsyncInference(input.AsyncInferenceConfig)
      const variants = input.ProductionVariants.map((variant) => readVariant(variant, { isAsync: !!asyncInference }))
      checkVariants(variants, context)
      await configs.save(name, {
        name,
        arn,
        createdAt: clock.now(),
        definition: definition as JsonObject,
        variants,
        tags: given as Tag[],
        ...(asyncInference && { asyncInference }),
      })
      return { EndpointConfigArn: arn }
    }),
    DescribeEndpointConfig: checkedOperation(nameInput, ({ EndpointConfigName: name }, request) => {
      authorizeOn(context, request, { action: 'DescribeEndpointConfig', type: 'endpoint-config', name })
      const { arn, createdAt, definition } = findRecord(context, 'endpoint-config', name)
      return { ...definition, EndpointConfigArn: arn, CreationTime: createdAt / 1_000 }
    }),
    DeleteEndpointConfig: checkedOperation(nameInput, async ({ EndpointConfigName: name }, request) => {
      authorizeOn(context, request, { action: 'DeleteEndpointConfig', type: 'endpoint-config', name })
      findRecord(context, 'endpoint-config', name)
      await configs.remove(name)
      return {}
    }),
    ListEndpointConfigs: checkedOperation(
      structure({ ...listing, SortBy: oneOf('Name', 'CreationTime') }),
      (input, request) => {
        request.authorize('sagemaker:ListEndpointConfigs', '*')
        const { page, ...token } = listPage(configs.all(), input)
        const EndpointConfigs = page.map(({ name, arn, createdAt }) => ({
          EndpointConfigName: name,
          EndpointConfigArn: arn,
          CreationTime: createdAt / 1_000,
        }))
        return { EndpointConfigs, ...token }
      },
    ),
  }
}

function readVariant(input: ValueOf<typeof productionVariant>, { isAsync }: { isAsync: boolean }): ConfiguredVariant {
  const { VariantName: name, ModelName: modelName, InstanceType: instanceType, InitialInstanceCount: count } = input
  if (instanceType === undefined || count === undefined)
    throw validationError(
      `InstanceType and InitialInstanceCount must be given for the variant ${name}; the laptop stack has no serverless inference.`,
    )
  if (count === 0 && !isAsync) throw validationError(`InitialInstanceCount of the variant ${name} must be at least 1.`)
  const timeout = input.ContainerStartupHealthCheckTimeoutInSeconds
  return {
    name,
    modelName,
    instanceType,
    initialCount: count,
    weight: input.InitialVariantWeight ?? 1,
    ...(timeout !== undefined && { startupTimeout: timeout }),
  }
}

function checkVariants(variants: ConfiguredVariant[], context: SageMakerContext): void {
  const names = new Set(variants.map(({ name }) => name))
  if (names.size < variants.length)
    throw validationError('Production variant names must be unique within an endpoint configuration.')
  for (const { modelName } of variants) findRecord(context, 'model', modelName)
}

function readAsyncInference({ ClientConfig, OutputConfig }: ValueOf<typeof asyncInferenceConfig>): AsyncInference {
  const { S3OutputPath: outputPath, S3FailurePath: failurePath, NotificationConfig: topics = {} } = OutputConfig
  if (outputPath === undefined)
    throw validationError('S3OutputPath must be given in the OutputConfig of an AsyncInferenceConfig.')
  const concurrency = ClientConfig?.MaxConcurrentInvocationsPerInstance
  return {
    outputPath,
    includeResponseIn: topics.IncludeInferenceResponseIn ?? [],
    ...(failurePath !== undefined && { failurePath }),
    ...(topics.SuccessTopic !== undefined && { successTopic: topics.SuccessTopic }),
    ...(topics.ErrorTopic !== undefined && { errorTopic: topics.ErrorTopic }),
    ...(concurrency !== undefined && { maxConcurrentPerInstance: concurrency }),
  }
}
