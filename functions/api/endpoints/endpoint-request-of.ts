import { createHash } from 'node:crypto'
import type { Backend } from '../../shared/endpoints/endpoint-record.ts'
import type { Container, EndpointRequest } from '../../shared/endpoints/endpoint-request.ts'
import type { EndpointSettings } from '../../shared/endpoints/settings.ts'
import { InvalidRequestError } from '../../shared/errors.ts'
import { BACKENDS } from '../../shared/inferences/backends/backends.ts'
import { modelDataOf } from '../../shared/models/model-data.ts'
import type { ModelRecord } from '../../shared/models/model-record.ts'
import type { CreateEndpoint } from './create-request.ts'

/** SageMaker takes no longer names. */
const LONGEST_NAME = 63

/** What an endpoint is made of beside the wish. */
export interface EndpointFacts {
  settings: EndpointSettings
  /** The packaged model that it is to run. */
  model?: ModelRecord | undefined
}

const TYPE_WORDS = { Async: 'async', 'Real-time': 'real-time' } as const

/** What the machine is to deploy: names, image and environment decided. The same id gives the same names. */
export function endpointRequestOf(id: string, order: CreateEndpoint, facts: EndpointFacts): EndpointRequest {
  const { settings, model } = facts
  const wish = model ? asPackaged(order, model) : order
  const { shortName, backend: wished, imageUri, extensions, modelDataUrl, modelId, packagedModel, ...kept } = wish
  const backend = wished ?? settings.defaultBackend
  const name = nameOf(id, wish, settings)
  return {
    ...kept,
    name,
    modelName: name,
    configName: name,
    backend,
    container: { ...containerOf(id, { ...wish, backend }, { name, settings }), ...dataOf(facts) },
    ...(model ? { modelId: model.id, packageName: model.name } : {}),
  }
}

/** A packaged model brings its backend and its image, where the request names no other. */
function asPackaged(order: CreateEndpoint, { backend, imageUri }: ModelRecord): CreateEndpoint {
  const wish = { ...order, backend: order.backend ?? backend }
  if (!BACKENDS[wish.backend].usesModels) {
    throw new InvalidRequestError(
      `backend is "${wish.backend}", which reads no packaged models: give pocket, diffusers or a1111, or leave model out`,
    )
  }
  return wish.backend === backend ? { ...wish, imageUri: order.imageUri ?? imageUri } : wish
}

function dataOf({ settings, model }: EndpointFacts): Partial<Container> {
  return model ? modelDataOf(settings.bucket, model) : {}
}

function nameOf(id: string, { shortName, endpointType }: CreateEndpoint, { namePrefix }: EndpointSettings): string {
  const short = shortName ?? createHash('sha256').update(id).digest('hex').slice(0, 7)
  const name = `${namePrefix}-${TYPE_WORDS[endpointType]}-${short}`
  if (name.length <= LONGEST_NAME) return name
  throw new InvalidRequestError(
    `endpoint_name makes the name ${name}, which has more than ${LONGEST_NAME} characters: give a shorter one`,
  )
}

function containerOf(
  id: string,
  wish: CreateEndpoint & { backend: Backend },
  { name, settings }: { name: string; settings: EndpointSettings },
): Container {
  const Image = wish.imageUri ?? settings.imageUris[wish.backend]
  if (!Image) {
    throw new InvalidRequestError(
      `backend is "${wish.backend}", for which this deployment has no image: give custom_docker_image_uri, or another backend`,
    )
  }
  const Environment = ENVIRONMENTS[wish.backend]({ id, wish, name, settings, Image })
  return { Image, Environment, ...(wish.modelDataUrl === undefined ? {} : { ModelDataUrl: wish.modelDataUrl }) }
}

interface ContainerFacts {
  id: string
  wish: CreateEndpoint
  name: string
  settings: EndpointSettings
  Image: string
}

/** What each container is told. The first three are told what the predecessor's container reads. */
const ENVIRONMENTS: Readonly<Record<Backend, (facts: ContainerFacts) => Record<string, string>>> = {
  pocket: ownEnvironment,
  diffusers: ownEnvironment,
  a1111: ({ wish, ...facts }) => ({ ...ownEnvironment({ wish, ...facts }), EXTENSIONS: wish.extensions }),
  jumpstart: () => ({ MMS_MAX_RESPONSE_SIZE: '20000000', SAGEMAKER_PROGRAM: 'inference.py' }),
  huggingface: ({ wish }) => ({
    HF_TASK: 'text-to-image',
    ...(wish.modelId === undefined ? {} : { HF_MODEL_ID: wish.modelId }),
  }),
}

function ownEnvironment({ id, wish, name, settings, Image }: ContainerFacts): Record<string, string> {
  return {
    BUCKET_NAME: settings.bucket,
    ENDPOINT_ID: id,
    ENDPOINT_NAME: name,
    IMAGE_URL: Image,
    INSTANCE_TYPE: wish.instanceType,
    LOG_LEVEL: settings.logLevel,
  }
}
