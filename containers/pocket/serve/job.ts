import type { Picture } from '../image/picture.ts'
import type { ContainerErrorName } from './container-error.ts'
import type { RenderRequest } from './render-request.ts'
import type { UpscaleRequest } from './upscale-request.ts'

/** What the painting thread is asked to do. Plain data: it crosses a thread. */
export type Job =
  | { readonly kind: 'render'; readonly request: RenderRequest; readonly modelName: string; readonly modelPath: string }
  | { readonly kind: 'upscale'; readonly request: UpscaleRequest }

/** What came of it. */
export interface JobResult {
  readonly pictures: readonly Picture[]
  /** First ten digits of the SHA-256 of the model's file, as A1111 shows it; '' when no model was used. */
  readonly modelHash: string
}

/** What the painting thread answers. */
export type JobAnswer =
  | { readonly result: JobResult }
  | { readonly error: { readonly name: ContainerErrorName; readonly message: string } }
