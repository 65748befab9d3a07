import type { Clock } from '../../clock.ts'
import type { ServiceRequest } from '../../http/service.ts'
import type { RecordCollection } from '../record-collection.ts'
import { type ResourceType, type Scope, sagemakerArn } from './arns.ts'
import type { EndpointBook } from './lifecycle/endpoint-book.ts'
import type { EndpointLifecycle } from './lifecycle/endpoint-lifecycle.ts'
import type { EndpointConfigRecord, EndpointRecord, ModelRecord } from './records.ts'
import type { RoleClients } from './role-clients.ts'
import { notFound } from './sagemaker-errors.ts'
import type { TrainingBook } from './training/training-book.ts'
import type { TrainingLifecycle } from './training/training-lifecycle.ts'

/** What the operations work on. */
export interface SageMakerContext {
  scope: Scope
  clock: Clock
  models: RecordCollection<ModelRecord>
  configs: RecordCollection<EndpointConfigRecord>
  endpoints: EndpointBook
  lifecycle: EndpointLifecycle
  trainingJobs: TrainingBook
  training: TrainingLifecycle
  roleClients: RoleClients
  /** Whether Application Auto Scaling holds the variant. */
  isScalableTarget(endpointName: string, variantName: string): boolean
  /** The operator's quotas, as they are now. */
  quotas(): Record<string, number> | undefined
}

const COLLECTIONS = { model: 'models', 'endpoint-config': 'configs', endpoint: 'endpoints' } as const

type RecordOf = { model: ModelRecord; 'endpoint-config': EndpointConfigRecord; endpoint: EndpointRecord }

/** The record of that name; throws AWS's `Could not find …`. */
export function findRecord<T extends keyof RecordOf>(context: SageMakerContext, type: T, name: string): RecordOf[T] {
  const found = context[COLLECTIONS[type]].find(name)
  if (found === undefined) throw notFound(type, sagemakerArn(context.scope, type, name))
  return found as RecordOf[T]
}

/** Asks whether the caller may do it to the resource, and answers the resource's ARN. */
export function authorizeOn(
  context: SageMakerContext,
  request: ServiceRequest,
  { action, type, name }: { action: string; type: ResourceType; name: string },
): string {
  const arn = sagemakerArn(context.scope, type, name)
  request.authorize(`sagemaker:${action}`, arn)
  return arn
}
