import { createMemorySource } from '../../../functions/shared/objects/byte-source.ts'
import type { TensorInfo } from '../../../functions/shared/safetensors/header.ts'
import { readHeader } from '../../../functions/shared/safetensors/read-header.ts'
import { constantMatrix } from '../tensor/matrix.ts'
import { NotPocketModelError } from './errors.ts'
import { ARCHITECTURE, PARAMETERS, type Parameters } from './parameters.ts'
import { readValues } from './read-values.ts'
import { type TensorType, writeTensors } from './write-tensors.ts'

/** The model in a safetensors file. Throws `NotPocketModel` naming the first thing that is wrong. */
export async function readCheckpoint(name: string, file: Uint8Array): Promise<Parameters> {
  const header = await readHeader(createMemorySource(name, file)).catch((cause: Error) => {
    throw new NotPocketModelError(cause.message, { cause })
  })
  const missing = [...PARAMETERS.keys()].filter((tensor) => !header.tensors.has(tensor))
  if (missing.length > 0) {
    const found = `${name} is not a pocket model: it lacks ${missing.length} of ${PARAMETERS.size} tensors, first ${missing[0]}`
    throw new NotPocketModelError(found)
  }
  const data = file.subarray(header.dataStart)
  return new Map(
    [...PARAMETERS].map(([tensor, { rows, columns }]) => {
      const info = header.tensors.get(tensor)!
      checkShape(`${tensor} of ${name}`, info, [rows, columns])
      return [tensor, constantMatrix(rows, columns, read(`${tensor} of ${name}`, info, data))]
    }),
  )
}

function checkShape(what: string, { shape }: TensorInfo, wanted: readonly number[]): void {
  if (shape.join() !== wanted.join()) {
    throw new NotPocketModelError(`${what} has the shape [${shape}], a pocket model’s has [${wanted}]`)
  }
}

function read(what: string, info: TensorInfo, data: Uint8Array): Float32Array {
  try {
    return readValues(what, info, data)
  } catch (cause) {
    throw new NotPocketModelError((cause as Error).message, { cause })
  }
}

/** The safetensors file of a model, every tensor in F16 if nothing else is asked for. */
export function writeCheckpoint(
  parameters: Parameters,
  metadata: ReadonlyMap<string, string>,
  type: TensorType = 'F16',
): Uint8Array {
  const tensors = [...parameters].map(([name, { rows, columns, data }]) => ({ name, shape: [rows, columns], data }))
  return writeTensors(tensors, { type, metadata: new Map([['architecture', ARCHITECTURE.name], ...metadata]) })
}
