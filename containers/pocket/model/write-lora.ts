import type { Matrix } from '../tensor/matrix.ts'
import { LORA_MODULES } from './lora-modules.ts'
import { type NamedTensor, type TensorType, writeTensors } from './write-tensors.ts'

/** The change of one weight: alpha / rank · down · up. */
export interface TrainedChange {
  /** The weight's tensor in a checkpoint. */
  readonly parameter: string
  /** [in × rank] or wider; what is beyond the rank is left out. */
  readonly down: Matrix
  /** [rank × out] or taller. */
  readonly up: Matrix
}

export interface LoraFileOptions {
  readonly rank: number
  readonly alpha: number
  readonly type: TensorType
  readonly metadata: ReadonlyMap<string, string>
}

const NAME_OF: ReadonlyMap<string, string> = new Map(
  [...LORA_MODULES].map(([name, { parameter }]) => [parameter, name]),
)

/** The safetensors file of a LoRA, with kohya's names and layout: down [rank × in], up [out × rank]. */
export function writeLora(changes: readonly TrainedChange[], options: LoraFileOptions): Uint8Array {
  const { rank, alpha, type, metadata } = options
  const tensors = changes.flatMap(({ parameter, down, up }): NamedTensor[] => {
    const name = NAME_OF.get(parameter)!
    return [
      { name: `${name}.lora_down.weight`, shape: [rank, down.rows], data: turn(down, rank, down.rows) },
      { name: `${name}.lora_up.weight`, shape: [up.columns, rank], data: turn(up, up.columns, rank) },
      { name: `${name}.alpha`, shape: [], data: Float32Array.of(alpha) },
    ]
  })
  return writeTensors(tensors, { type, metadata })
}

/** The first rows of the transposed matrix, as many numbers of each as there are columns. */
function turn({ columns: width, data }: Matrix, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[row * columns + column] = data[column * width + row]!
  }
  return turned
}
