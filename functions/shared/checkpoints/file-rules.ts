import { refuse } from '../http/fields.ts'
import type { CheckpointType } from './checkpoint-record.ts'

/** How a file is looked at before its checkpoint becomes active. */
export type Inspection = 'safetensors' | 'not empty'

type Rules = Readonly<Record<string, Inspection>>

const MODEL: Rules = { '.safetensors': 'safetensors', '.yaml': 'not empty' }

/**
 * Which extensions each type takes. Pickled files (`.pt`) run code when they are loaded, so they are taken only where no
 * safetensors form is in use: textual inversions and hypernetworks. A `.yaml` is the configuration beside a model.
 */
const RULES: Readonly<Record<CheckpointType, Rules>> = {
  'Stable-diffusion': MODEL,
  Lora: { '.safetensors': 'safetensors' },
  ControlNet: MODEL,
  VAE: { '.safetensors': 'safetensors' },
  embeddings: { '.safetensors': 'safetensors', '.pt': 'not empty' },
  hypernetworks: { '.safetensors': 'safetensors', '.pt': 'not empty' },
}

const PICKLED: ReadonlySet<string> = new Set(['.ckpt', '.pt', '.pth', '.bin'])

/** Endings that say what a file is, as against a dot inside a name such as `v1.5`. */
export const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set([...PICKLED, '.safetensors', '.yaml', '.gguf', '.onnx'])

const LONGEST_NAME_BYTES = 255
const UNUSABLE = /[/\\\p{C}]|^\s|\s$|^\./u

/** The extension with its dot, in lower case; empty when there is none. */
export function extensionOf(fileName: string): string {
  const dot = fileName.lastIndexOf('.')
  return dot > 0 ? fileName.slice(dot).toLowerCase() : ''
}

/** Refuses, naming `where`, a file name that cannot be an object's name or whose kind this type does not take. */
export function checkFileName(fileName: string, type: CheckpointType, where: string): void {
  if (UNUSABLE.test(fileName)) {
    refuse(
      where,
      `is "${printable(fileName)}"`,
      'leave out slashes, control characters, a leading dot and outer spaces',
    )
  }
  if (Buffer.byteLength(fileName) > LONGEST_NAME_BYTES) {
    refuse(where, `has ${Buffer.byteLength(fileName)} bytes`, `give at most ${LONGEST_NAME_BYTES}`)
  }
  const extension = extensionOf(fileName)
  if (Object.hasOwn(RULES[type], extension)) return
  if (PICKLED.has(extension)) refuse(where, `is a pickled file (${extension})`, 'convert to safetensors first')
  refuse(where, `is "${fileName}"`, `a checkpoint of type ${type} takes ${Object.keys(RULES[type]).join(', ')}`)
}

/** How a file of a checkpoint of this type is looked at; safetensors unless the rules say otherwise. */
export function inspectionOf(fileName: string, type: CheckpointType): Inspection {
  return RULES[type][extensionOf(fileName)] ?? 'safetensors'
}

function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?').slice(0, 80)
}
