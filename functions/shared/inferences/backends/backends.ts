import type { Backend } from './backend.ts'
import { huggingFaceBackend } from './hugging-face.ts'
import { jumpstartBackend } from './jumpstart.ts'
import { a1111Backend, darkroomBackend } from './webui-container.ts'

/** Every kind of container that an endpoint can have. */
export const BACKENDS = {
  pocket: darkroomBackend,
  diffusers: darkroomBackend,
  a1111: a1111Backend,
  jumpstart: jumpstartBackend,
  huggingface: huggingFaceBackend,
} as const satisfies Readonly<Record<string, Backend>>

export type BackendName = keyof typeof BACKENDS
