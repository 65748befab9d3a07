import type { Backend } from '../endpoints/endpoint-record.ts'
import type { Container } from '../endpoints/endpoint-request.ts'
import type { ModelFolder } from './package-layout.ts'

/** Which list of a request fills which folder; the checkpoints in it have the folder's type. */
export const FOLDER_OF_LIST = {
  checkpoints: 'Stable-diffusion',
  loras: 'Lora',
  vaes: 'VAE',
  controlnets: 'ControlNet',
  embeddings: 'embeddings',
} as const satisfies Record<string, ModelFolder>

export type ArtifactList = keyof typeof FOLDER_OF_LIST

/** Ids or file names of checkpoints, by list. */
export type Artifacts = Partial<Record<ArtifactList, string[]>>

/** An object of the stack's bucket. */
export interface ObjectAddress {
  bucket: string
  key: string
}

/** `request` in the input of create-model: what the caller asked for, checked and with every default filled in. */
export interface ModelRequest {
  name: string
  /** SageMaker's name of it. */
  sageMakerName: string
  backend: Backend
  container: Container
  artifacts: Artifacts
  /** A tarball that is used as it is, in place of artifacts. */
  source?: ObjectAddress
  notify?: boolean
}

/** One file of a packaged model. */
export interface ModelFile {
  folder: ModelFolder
  name: string
  size: number
  etag?: string
  /** The checkpoint of the library that it was copied from. */
  checkpointId?: string
  /** What made that checkpoint: a merge or a training. */
  lineage?: { kind: string; id: string }
  source?: { key: string; etag: string }
  /** There while it is copied in parts of this size. */
  upload?: { id: string; partSize: number }
}

export const FINAL_MODEL_STATUSES = ['Active', 'Deleting', 'Failed', 'TimedOut', 'Stopped'] as const

export type ModelStatus = 'Creating' | (typeof FINAL_MODEL_STATUSES)[number]

/** Item of the Models table; its id is the execution's name. Times are ISO 8601 UTC. */
export interface ModelRecord {
  id: string
  list: 'models'
  createdAt: string
  updatedAt: string
  name: string
  sageMakerName: string
  backend: Backend
  imageUri: string
  status: ModelStatus
  artifacts: Artifacts
  /** The tarball it is, with what it was when it was checked. */
  source?: ObjectAddress & { etag?: string; size?: number }
  files?: ModelFile[]
  totalBytes?: number
  createdBy: string
  allowedRolesOrUsers: string[]
  executionArn: string
  /** When each endpoint was asked for that runs it; some may be gone. */
  uses: Record<string, string>
  /** How often that changed: what tells a deletion that nobody has come in between. */
  useCount: number
  reason?: { error: string; cause: string }
  startedAt: string
  endedAt?: string
  /** When nothing of a model that did not come to be was left any more. */
  goneAt?: string
  notify?: boolean
  announcement?: { eventId: string; claimedAt: string; sentAt?: string }
}

/** The prefix of a packaged model's objects, with the slash at its end. */
export const modelPrefix = (name: string): string => `models/${name}/`

export const fileKey = (model: string, { folder, name }: Pick<ModelFile, 'folder' | 'name'>): string =>
  `${modelPrefix(model)}${folder}/${name}`

export const manifestKey = (name: string): string => `${modelPrefix(name)}manifest.json`

/** Where the files are that an endpoint gets. */
export function modelLocation(bucket: string, { name, source }: Pick<ModelRecord, 'name' | 'source'>): string {
  return source ? `s3://${source.bucket}/${source.key}` : `s3://${bucket}/${modelPrefix(name)}`
}
