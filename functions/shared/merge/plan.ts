import type { Dtype } from '../safetensors/dtype.ts'
import type { ChannelWindow } from './compare-shapes.ts'
import type { FloatDtype } from './element-types.ts'

/** What a model is to a merge. */
export type InputRole = 'primary' | 'secondary' | 'tertiary' | 'bakeInVae'

/** A model that is read, as it was when the merge was planned. `dataStart` is where its tensor data begins. */
export interface PlanInput {
  role: InputRole
  checkpointId: string
  name: string
  bucket: string
  key: string
  size: number
  etag: string
  dataStart: number
}

/** How an output tensor comes about. `add-nothing` is add-difference where the tertiary lacks the tensor: the primary passes the same roundings. */
export type Operation = 'copy' | 'convert' | 'weighted-sum' | 'add-difference' | 'add-nothing'

/** The tensor of an input (by its index in the plan) that an output tensor is made of; `begin` counts from the start of the file. */
export interface PlanSource {
  input: number
  dtype: Dtype
  begin: number
}

/** One tensor of the output; `begin` and `end` count from the start of the file. */
export interface PlanTensor {
  name: string
  operation: Operation
  dtype: Dtype
  begin: number
  end: number
  sources: PlanSource[]
  window?: ChannelWindow
  /** The type of the difference that `add-nothing` does not have. */
  difference?: FloatDtype
}

/** Everything that the parts of a merge need to know, and nothing that changes from run to run. */
export interface MergePlan {
  version: 1
  arithmetic: 'a1111'
  multiplier: number
  inputs: PlanInput[]
  fileName: string
  /** Bytes of the whole output. */
  size: number
  /** The header's text without its length, padded. */
  header: string
  partSize: number
  parts: number
  /** In file order. */
  tensors: PlanTensor[]
}
