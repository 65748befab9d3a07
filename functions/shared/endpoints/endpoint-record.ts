/** How an endpoint is invoked, in the contract's words. */
export const ENDPOINT_TYPES = ['Async', 'Real-time'] as const

export type EndpointType = (typeof ENDPOINT_TYPES)[number]

/** What runs behind an endpoint, and so which payload it takes. */
export const BACKENDS = ['pocket', 'diffusers', 'a1111', 'jumpstart', 'huggingface'] as const

export type Backend = (typeof BACKENDS)[number]

/** The contract's words. `Deleted` and `Failed` are final: whoever wants the endpoint back deploys it anew. */
export const ENDPOINT_STATUSES = [
  'Creating',
  'InService',
  'Updating',
  'RollingBack',
  'Deleting',
  'Deleted',
  'Failed',
] as const

export type EndpointStatus = (typeof ENDPOINT_STATUSES)[number]

/** The one production variant of every endpoint. */
export const VARIANT = 'prod'

/** What is needed to let an endpoint scale again, and stands nowhere else on its record. */
export interface KeptScaling {
  /** Seconds between two scale-ins. */
  scaleInCooldown: number
}

/** A change of instances under way: what the endpoint has once SageMaker has taken it. */
export interface PendingChange {
  configName: string
  instanceType: string
  instanceCount: number
  minInstances?: number
  maxInstances?: number
  /** There where the endpoint scales by itself: it does not during the change, and does again after it. */
  scaling?: KeptScaling
}

/** Item of the Endpoints table; its id is the name of the execution that deploys it. Times are ISO 8601 UTC. */
export interface EndpointRecord {
  id: string
  list: 'endpoints'
  createdAt: string
  updatedAt: string
  /** SageMaker's name of it. */
  name: string
  endpointType: EndpointType
  backend: Backend
  instanceType: string
  instanceCount: number
  /** How many run, as SageMaker said last. */
  currentInstanceCount?: number
  autoscaling: boolean
  minInstances: number
  maxInstances: number
  status: EndpointStatus
  /** Whose endpoint it is; one live endpoint per role. */
  roles: string[]
  createdBy: string
  executionArn: string
  modelName: string
  /** The packaged model that it runs, by id and by name. */
  modelId?: string
  packageName?: string
  configName: string
  pending?: PendingChange
  imageUri: string
  /** What the deploying execution waits with. */
  taskToken?: string
  /** The execution that deletes it, whose record keeps the token it waits with. */
  deletionId?: string
  reason?: { error: string; cause: string }
  startedAt: string
  inServiceAt?: string
  endedAt?: string
  /** When nothing of it was left at SageMaker any more. */
  goneAt?: string
  /** Unused for so many hours it is deleted. */
  idleHours?: number
  lastUsedAt?: string
  notify?: boolean
  announcement?: { eventId: string; claimedAt: string; sentAt?: string }
}

/** Item of the Endpoints table about one run of delete-endpoint; its id is the execution's name. */
export interface DeletionRecord {
  id: string
  list: 'deletions'
  createdAt: string
  updatedAt: string
  startedAt: string
  endedAt?: string
  endpointId: string
  /** The endpoint's name. */
  name: string
  status: 'Deleting' | 'Deleted' | 'Failed'
  requestedBy: string
  executionArn: string
  /** Why it is deleted, where nobody asked for it: `unused for 4 hours`. */
  why?: string
  /** It unmakes what a failed deployment has made; that deployment's announcement tells of it. */
  unmakes?: boolean
  taskToken?: string
  reason?: { error: string; cause: string }
  announcement?: { eventId: string; claimedAt: string; sentAt?: string }
}
