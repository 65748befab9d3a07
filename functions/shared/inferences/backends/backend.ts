import type { JsonObject } from '../../http/json-body.ts'
import type { ResolvedModels, TaskType } from '../inference-record.ts'

/** What is to be made, in the words of the A1111 API. */
export interface Generation {
  task: TaskType
  username: string
  models: ResolvedModels
  /** `s3://…` address of the parameters. */
  paramsLocation: string
  parameters: JsonObject
}

/** What an endpoint is invoked with. */
export interface BackendRequest {
  contentType: string
  accept: string
  body: string
}

/** What came of it, whichever backend made it. */
export interface BackendReply {
  /** Image files: PNG, GIF, JPEG or WebP. */
  images: Uint8Array[]
  parameters?: unknown
  /** JSON text with `infotexts`, as the WebUI reads it. */
  info?: string
  htmlInfo?: string
}

/** How one kind of container is spoken to. Pure: no network, no clock. */
export interface Backend {
  tasks: readonly TaskType[]
  /** Whether requests name models of the library. */
  usesModels: boolean
  buildRequest(generation: Generation): BackendRequest
  /** Throws `InferenceFailed`, another name of the container's own, or `UnreadableReply`. */
  readReply(body: Buffer, generation: Pick<Generation, 'task' | 'parameters'>): BackendReply
}
