import type { Backend as BackendName } from '../../endpoints/endpoint-record.ts'
import type { Backend } from './backend.ts'
import { huggingFaceBackend } from './hugging-face.ts'
import { jumpstartBackend } from './jumpstart.ts'
import { a1111Backend, darkroomBackend } from './webui-container.ts'

/** How the container of each kind of endpoint is spoken to. */
export const BACKENDS: Readonly<Record<BackendName, Backend>> = {
  pocket: darkroomBackend,
  diffusers: darkroomBackend,
  a1111: a1111Backend,
  jumpstart: jumpstartBackend,
  huggingface: huggingFaceBackend,
}
