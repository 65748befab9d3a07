import { BACKENDS, type Backend, ENDPOINT_TYPES, type EndpointType } from '../../shared/endpoints/endpoint-record.ts'
import { InvalidRequestError } from '../../shared/errors.ts'
import { choiceField, integerField, listField, refuse, textField } from '../../shared/http/fields.ts'
import type { JsonObject } from '../../shared/http/json-body.ts'

/** The body of `POST /endpoints`, checked as far as that goes without looking at anything else. */
export interface CreateEndpoint {
  shortName?: string
  endpointType: EndpointType
  backend?: Backend
  instanceType: string
  instanceCount: number
  autoscaling: boolean
  minInstances: number
  maxInstances: number
  roles: string[]
  imageUri?: string
  extensions: string
  modelDataUrl?: string
  modelId?: string
  /** A packaged model, by id or name. */
  packagedModel?: string
  maxConcurrency: number
  scaleInCooldown: number
  idleHours?: number
  notify?: boolean
}

const SHORT_NAME = /^[A-Za-z0-9](-*[A-Za-z0-9]){0,19}$/
const INSTANCE_TYPE = /^ml\.[a-z0-9-]+\.[a-z0-9]+$/
/** Longer than any scale-in that still saves money. */
const COOLDOWNS: Readonly<Record<string, number>> = {
  '15 minutes': 900,
  '1 hour': 3600,
  '6 hours': 21_600,
  '1 day': 86_400,
}
const DEFAULT_COOLDOWN = 180
const MOST_HOURS = 8760
const TYPES = [...ENDPOINT_TYPES, 'Serverless'] as const

/** Reads the body; every refusal names the field and the fix, in the contract's words where it has some. */
export function readCreateEndpoint(body: JsonObject, maxInstances: number): CreateEndpoint {
  const endpointType = readType(body)
  return {
    ...optional('shortName', readShortName(body)),
    endpointType,
    ...optional('backend', given(body.backend) ? choiceField(body.backend, 'backend', BACKENDS) : undefined),
    instanceType: readInstanceType(body),
    ...readCounts(body, endpointType, maxInstances),
    roles: readRoles(body),
    ...readImage(body),
    ...optional('modelDataUrl', readModelData(body)),
    ...optional('packagedModel', readPackagedModel(body)),
    ...optional('modelId', given(body.model_id) ? textField(body.model_id, 'model_id', { max: 512 }) : undefined),
    maxConcurrency: integerField(body.max_concurrent_invocations ?? 1, 'max_concurrent_invocations', {
      min: 1,
      max: 100,
    }),
    scaleInCooldown: given(body.cool_down_time)
      ? (COOLDOWNS[choiceField(body.cool_down_time, 'cool_down_time', Object.keys(COOLDOWNS))] as number)
      : DEFAULT_COOLDOWN,
    ...optional(
      'idleHours',
      given(body.idle_hours) ? integerField(body.idle_hours, 'idle_hours', { min: 1, max: MOST_HOURS }) : undefined,
    ),
    ...(body.notify === false ? { notify: false } : {}),
  }
}

function readType(body: JsonObject): EndpointType {
  const type = choiceField(body.endpoint_type, 'endpoint_type', TYPES)
  if (type === 'Serverless') throw new InvalidRequestError('Serverless endpoint is not supported yet')
  return type
}

/** The WebUI sends an empty name where it wants one made up. */
function readShortName(body: JsonObject): string | undefined {
  if (!given(body.endpoint_name)) return undefined
  const name = textField(body.endpoint_name, 'endpoint_name', { max: 20 })
  if (!SHORT_NAME.test(name)) {
    refuse('endpoint_name', `is "${name}"`, 'give letters, digits and hyphens, a letter or digit at both ends')
  }
  return name
}

function readInstanceType(body: JsonObject): string {
  const type = textField(body.instance_type, 'instance_type', { max: 63 })
  if (!INSTANCE_TYPE.test(type)) refuse('instance_type', `is "${type}"`, 'give one like ml.g5.2xlarge')
  return type
}

function readCounts(body: JsonObject, endpointType: EndpointType, most: number) {
  const instanceCount = readCount(body.initial_instance_count, 'initial_instance_count', most)
  if (instanceCount < 1) {
    throw new InvalidRequestError(`initial_instance_count should be at least 1: ${instanceCount}`)
  }
  const autoscaling = readFlag(body.autoscaling_enabled, 'autoscaling_enabled')
  if (!autoscaling) return { autoscaling, instanceCount, minInstances: instanceCount, maxInstances: instanceCount }
  const least = endpointType === 'Async' ? 0 : 1
  const minInstances = readCount(body.min_instance_number ?? least, 'min_instance_number', most)
  if (minInstances < least) {
    throw new InvalidRequestError(`min_instance_number should be at least 1 for real-time endpoint: ${minInstances}`)
  }
  const maxInstances = readCount(
    body.max_instance_number ?? Math.max(instanceCount, minInstances),
    'max_instance_number',
    most,
  )
  if (maxInstances < Math.max(1, minInstances, instanceCount)) {
    refuse('max_instance_number', `is ${maxInstances}`, 'give at least min_instance_number and initial_instance_count')
  }
  return { autoscaling, instanceCount, minInstances, maxInstances }
}

/** The WebUI sends some numbers as text. */
function readCount(value: unknown, where: string, most: number): number {
  const number = typeof value === 'string' && /^-?\d{1,6}$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && number > most) {
    refuse(where, `is ${number}`, `this deployment allows ${most} instances an endpoint (parameter MaxInstances)`)
  }
  return integerField(number, where, { min: Number.MIN_SAFE_INTEGER, max: most })
}

function readFlag(value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value
  return refuse(where, value === undefined ? 'is missing' : 'is not a boolean', 'give true or false')
}

function readRoles(body: JsonObject): string[] {
  const roles = listField(body.assign_to_roles, 'assign_to_roles', { min: 1, max: 10 })
  return [...new Set(roles.map((role, index) => textField(role, `assign_to_roles[${index}]`, { max: 256 })))]
}

function readImage(body: JsonObject): { imageUri?: string; extensions: string } {
  const imageUri = given(body.custom_docker_image_uri)
    ? textField(body.custom_docker_image_uri, 'custom_docker_image_uri', { max: 255 })
    : undefined
  const extensions = given(body.custom_extensions)
    ? textField(body.custom_extensions, 'custom_extensions', { max: 1024 })
    : ''
  if (imageUri !== undefined && extensions !== '') {
    throw new InvalidRequestError('custom_extensions and custom_docker_image_uri cannot be used together')
  }
  return { ...optional('imageUri', imageUri), extensions }
}

function readModelData(body: JsonObject): string | undefined {
  if (!given(body.model_data_url)) return undefined
  const url = textField(body.model_data_url, 'model_data_url')
  if (!/^s3:\/\/[^/]+\/.+/.test(url))
    refuse('model_data_url', `is "${url.slice(0, 80)}"`, 'give s3://bucket/key of a model.tar.gz')
  return url
}

function readPackagedModel(body: JsonObject): string | undefined {
  if (!given(body.model)) return undefined
  for (const other of ['model_data_url', 'model_id']) {
    if (given(body[other])) refuse('model', `is given beside ${other}`, 'give one of the two')
  }
  return textField(body.model, 'model', { max: 80 })
}

function given(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: Value })
}
