import type { Picture } from '../image/picture.ts'
import type { ContainerErrorName } from './container-error.ts'
import type { LoraUse } from './lora-uses.ts'
import type { RenderRequest } from './render-request.ts'
import type { UpscaleRequest } from './upscale-request.ts'

/** A file that a picture is painted with; `field` is how messages call what asked for it. */
export interface JobFile {
  readonly name: string
  readonly path: string
  readonly field: string
}

/** The file of a LoRA and how much it counts. */
export type LoraFile = JobFile & Pick<LoraUse, 'textEncoder' | 'unet'>

/** What the painting thread is asked to do. Plain data: it crosses a thread. */
export type Job =
  | {
      readonly kind: 'render'
      readonly request: RenderRequest
      readonly model: JobFile
      /** One for each of the request's. */
      readonly loras: readonly LoraFile[]
    }
  | { readonly kind: 'upscale'; readonly request: UpscaleRequest }

/** What came of it. */
export interface JobResult {
  readonly pictures: readonly Picture[]
  /** First ten digits of the SHA-256 of the model's file, as A1111 shows it; '' when no model was used. */
  readonly modelHash: string
  /** For each LoRA the first twelve digits of the SHA-256 of what follows its file's header, as A1111 shows it. */
  readonly loraHashes: readonly string[]
}

/** What the painting thread answers. */
export type JobAnswer =
  | { readonly result: JobResult }
  | { readonly error: { readonly name: ContainerErrorName; readonly message: string } }
