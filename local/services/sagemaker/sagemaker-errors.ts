import { ServiceError } from '../../http/service-error.ts'

/** What AWS calls the resources in its errors. */
const NOUNS = { model: 'model', 'endpoint-config': 'endpoint configuration', endpoint: 'endpoint' } as const

type Type = keyof typeof NOUNS

export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationException', message)
}

/** The JSON type of a member is not the declared one. */
export function serializationError(message: string): ServiceError {
  return new ServiceError('SerializationException', message)
}

export function resourceInUse(message: string): ServiceError {
  return new ServiceError('ResourceInUse', message)
}

export function notFound(type: Type, arn: string): ServiceError {
  return validationError(`Could not find ${NOUNS[type]} "${arn}".`)
}

export function alreadyExists(type: Type, arn: string): ServiceError {
  return validationError(`Cannot create already existing ${NOUNS[type]} "${arn}".`)
}

/** AWS says it also of endpoints that somebody wants to delete. */
export function inProgress(arn: string): ServiceError {
  return validationError(`Cannot update in-progress endpoint "${arn}".`)
}

export interface QuotaBreach {
  instanceType: string
  /** As Service Quotas calls it. */
  usage: 'endpoint usage' | 'training job usage' | 'spot training job usage'
  quota: number
  inUse: number
  requested: number
}

export function quotaExceeded({ instanceType, usage, quota, inUse, requested }: QuotaBreach): ServiceError {
  const limit = `The account-level service limit '${instanceType} for ${usage}' is ${quota} Instances`
  const use = `with current utilization of ${inUse} Instances and a request delta of ${requested} Instances`
  const advice =
    'Please use AWS Service Quotas to request an increase for this quota. If AWS Service Quotas is not available, contact AWS support to request an increase for this quota.'
  return new ServiceError('ResourceLimitExceeded', `${limit}, ${use}. ${advice}`)
}
