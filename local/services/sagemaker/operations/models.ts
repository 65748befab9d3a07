import type { JsonObject, JsonOperation } from '../../../http/json-service.ts'
import { checkedOperation } from '../../checked-operation.ts'
import { flag, list, oneOf, required, structure, text, type ValueOf } from '../../states/wire/shapes.ts'
import type { Container, ModelData, Tag } from '../records.ts'
import { authorizeOn, findRecord, type SageMakerContext } from '../sagemaker-context.ts'
import { alreadyExists, validationError } from '../sagemaker-errors.ts'
import { listPage } from './list-page.ts'
import { listing, resourceName, roleArn, s3Uri, tags } from './members.ts'
import { authorizePassRole } from './pass-role.ts'

const container = structure({
  Image: text({ max: 255, pattern: '[\\S]+', matcher: /^\S+$/ }),
  Mode: oneOf('SingleModel', 'MultiModel'),
  ModelDataUrl: s3Uri,
  ModelDataSource: structure({
    S3DataSource: structure({
      S3Uri: required(s3Uri),
      S3DataType: required(oneOf('S3Prefix', 'S3Object')),
      CompressionType: required(oneOf('None', 'Gzip')),
    }),
  }),
})

const createModelInput = structure({
  ModelName: required(resourceName),
  ExecutionRoleArn: required(roleArn),
  PrimaryContainer: container,
  Containers: list(container, { max: 15 }),
  EnableNetworkIsolation: flag(),
  Tags: tags,
})

type ContainerInput = ValueOf<typeof container> & { Environment?: Record<string, string> }

/** Models: `CreateModel`, `DescribeModel`, `DeleteModel`, `ListModels`. */
export function createModelOperations(context: SageMakerContext): Record<string, JsonOperation> {
  const { models, clock } = context
  return {
    CreateModel: checkedOperation(createModelInput, async (input, request) => {
      const name = input.ModelName
      const arn = authorizeOn(context, request, { action: 'CreateModel', type: 'model', name })
      if (input.Tags) request.authorize('sagemaker:AddTags', arn)
      authorizePassRole(request, input.ExecutionRoleArn)
      if (models.find(name)) throw alreadyExists('model', arn)
      const { Tags: given = [], ...definition } = input
      await models.save(name, {
        name,
        arn,
        createdAt: clock.now(),
        definition: definition as JsonObject,
        container: readContainer(onlyContainer(input), input.ExecutionRoleArn),
        tags: given as Tag[],
      })
      return { ModelArn: arn }
    }),
    DescribeModel: checkedOperation(
      structure({ ModelName: required(resourceName) }),
      ({ ModelName: name }, request) => {
        authorizeOn(context, request, { action: 'DescribeModel', type: 'model', name })
        const { arn, createdAt, definition } = findRecord(context, 'model', name)
        return { EnableNetworkIsolation: false, ...definition, ModelArn: arn, CreationTime: createdAt / 1_000 }
      },
    ),
    DeleteModel: checkedOperation(
      structure({ ModelName: required(resourceName) }),
      async ({ ModelName: name }, request) => {
        authorizeOn(context, request, { action: 'DeleteModel', type: 'model', name })
        findRecord(context, 'model', name)
        await models.remove(name)
        return {}
      },
    ),
    ListModels: checkedOperation(structure({ ...listing, SortBy: oneOf('Name', 'CreationTime') }), (input, request) => {
      request.authorize('sagemaker:ListModels', '*')
      const { page, ...token } = listPage(models.all(), input)
      const Models = page.map(({ name, arn, createdAt }) => ({
        ModelName: name,
        ModelArn: arn,
        CreationTime: createdAt / 1_000,
      }))
      return { Models, ...token }
    }),
  }
}

function onlyContainer(input: ValueOf<typeof createModelInput>): ContainerInput {
  const given = input.Containers ?? (input.PrimaryContainer ? [input.PrimaryContainer] : [])
  if (input.Containers && input.PrimaryContainer)
    throw validationError('Only one of PrimaryContainer and Containers can be specified.')
  const [first, ...others] = given
  if (first === undefined) throw validationError('Request must contain either PrimaryContainer or Containers.')
  if (others.length > 0) throw validationError('The laptop stack runs models of one container only.')
  return first
}

function readContainer(input: ContainerInput, role: string): Container {
  const { Image: image, Environment: environment = {} } = input
  if (image === undefined) throw validationError('No image was given for the container.')
  const modelData = readModelData(input)
  return { image, environment, roleArn: role, ...(modelData && { modelData }) }
}

function readModelData({ ModelDataUrl, ModelDataSource }: ContainerInput): ModelData | undefined {
  const source = ModelDataSource?.S3DataSource
  if (ModelDataUrl !== undefined && source !== undefined)
    throw validationError('Only one of ModelDataUrl and ModelDataSource can be specified.')
  if (ModelDataUrl !== undefined) return { uri: ModelDataUrl, kind: 'archive' }
  if (source === undefined) return undefined
  if (source.S3DataType === 'S3Object')
    return { uri: source.S3Uri, kind: source.CompressionType === 'Gzip' ? 'archive' : 'object' }
  if (source.CompressionType === 'Gzip') throw validationError('S3Prefix cannot be combined with CompressionType Gzip.')
  if (!source.S3Uri.endsWith('/'))
    throw validationError(`S3Uri ${source.S3Uri} of an S3Prefix must end with a forward slash.`)
  return { uri: source.S3Uri, kind: 'prefix' }
}
