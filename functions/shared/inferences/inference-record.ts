/** What an inference can be asked to do. */
export const TASK_TYPES = ['txt2img', 'img2img', 'extra-single-image', 'rembg'] as const

export type TaskType = (typeof TASK_TYPES)[number]

export const INFERENCE_TYPES = ['Async', 'Real-time'] as const

export type InferenceType = (typeof INFERENCE_TYPES)[number]

/** The contract's words; `succeed` and `failed` are final. */
export type InferenceStatus = 'created' | 'inprogress' | 'succeed' | 'failed'

/** A model file as containers get it: the object `<s3>/<model_name>`. */
export interface ResolvedModel {
  id: string
  model_name: string
  s3: string
  type: string
}

/** Models by type, in the order they were asked for. */
export type ResolvedModels = Record<string, ResolvedModel[]>

/** What an endpoint's notification told; the first one counts, whatever comes after it. */
export interface ResultNotice {
  outcome: 'Completed' | 'Failed'
  location?: string
  error?: string
  cause?: string
  receivedAt: string
}

/** Item of the Inferences table; its id is the execution's name and the `InferenceId` of the endpoint. Times are ISO 8601 UTC. */
export interface InferenceRecord {
  id: string
  list: 'inferences'
  createdAt: string
  updatedAt: string
  taskType: TaskType
  inferenceType: InferenceType
  status: InferenceStatus
  ownerRolesOrUsers: string[]
  createdBy: string
  models: ResolvedModels
  /** Object with the A1111 parameters. */
  inputKey: string
  /** The parameters as they were sent with the request, where they are short enough to keep here. */
  payloadString?: string
  /** The beginning of the prompt, where it is known. */
  prompt?: string
  endpointName: string
  endpointId: string
  instanceType?: string
  executionArn?: string
  taskToken?: string
  /** When the endpoint was first given the request. */
  invokedAt?: string
  outputLocation?: string
  failureLocation?: string
  notice?: ResultNotice
  imageNames: string[]
  sagemakerRaw?: string
  reason?: { error: string; cause: string }
  /** When somebody asked for its start; its execution claims it a moment later. */
  startRequestedAt?: string
  startedAt?: string
  completedAt?: string
  notify: boolean
  announcement?: { eventId: string; claimedAt: string; sentAt?: string }
}

/** Whether nothing about the inference changes any more. */
export function isEnded(status: InferenceStatus): boolean {
  return status === 'succeed' || status === 'failed'
}
