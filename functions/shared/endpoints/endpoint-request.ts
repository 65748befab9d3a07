import type { Backend, EndpointType } from './endpoint-record.ts'

/** `PrimaryContainer` of SageMaker's CreateModel. */
export interface Container {
  Image: string
  Environment: Record<string, string>
  ModelDataUrl?: string
  ModelDataSource?: {
    S3DataSource: {
      S3Uri: string
      S3DataType: 'S3Prefix' | 'S3Object'
      CompressionType: 'None' | 'Gzip'
    }
  }
}

/** `request` in the input of deploy-endpoint: what the caller asked for, checked and with every default filled in. */
export interface EndpointRequest {
  name: string
  modelName: string
  configName: string
  endpointType: EndpointType
  backend: Backend
  instanceType: string
  instanceCount: number
  autoscaling: boolean
  minInstances: number
  maxInstances: number
  roles: string[]
  container: Container
  /** How many invocations an instance of an async endpoint works on at a time. */
  maxConcurrency: number
  /** Seconds between two scale-ins. */
  scaleInCooldown: number
  /** The packaged model that it runs, by id and by name. */
  modelId?: string
  packageName?: string
  idleHours?: number
  notify?: boolean
}

/** `request` in the input of delete-endpoint. */
export interface DeletionRequest {
  endpointId: string
  /** The endpoint's name. */
  name: string
  /** Why it is deleted, where nobody asked for it. */
  why?: string
  /** Unmakes what a failed deployment has made: the endpoint stays `Failed`. */
  unmakes?: boolean
  /** The deletion before, which has ended without deleting. */
  replaces?: string
  /** Seconds to wait first, for calls of a stopped deployment that are still under way. */
  settleSeconds?: number
}
