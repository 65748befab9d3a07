import type { MergeMethod } from '../merges/merge-record.ts'
import type { Dtype } from '../safetensors/dtype.ts'
import type { TensorInfo } from '../safetensors/header.ts'
import { type ChannelWindow, compareShapes } from './compare-shapes.ts'
import { type FloatDtype, halved, isFloat, promote, treatmentOf } from './element-types.ts'
import type { InputRole, Operation } from './plan.ts'
import { takesPart } from './tensor-names.ts'

/** What an output tensor will be; nothing is said yet about where it lies. */
export interface Decision {
  name: string
  operation: Operation
  dtype: Dtype
  shape: readonly number[]
  sources: { role: InputRole; info: TensorInfo }[]
  window?: ChannelWindow
  difference?: FloatDtype
}

/** Why a tensor cannot be merged. */
export interface Fault {
  kind: 'shape' | 'swapped' | 'type'
  text: string
}

/** The models by role, their tensors under today's names. */
export interface Models {
  primary: ReadonlyMap<string, TensorInfo>
  secondary?: ReadonlyMap<string, TensorInfo> | undefined
  tertiary?: ReadonlyMap<string, TensorInfo> | undefined
}

/** What every tensor of the primary becomes, by the rules of the reference program in their order. */
export interface Decisions {
  decisions: Decision[]
  faults: Fault[]
  /** Input channels of the result where the secondary has only the 4 latent ones. */
  channels?: 8 | 9
}

interface Partners {
  a: TensorInfo
  b: TensorInfo
  c?: TensorInfo | undefined
}

type Outcome = { decision: Decision; channels?: 8 | 9 } | { fault: Fault }

/** Decides over every tensor of the primary; those that only other models have are dropped. */
export function decideTensors(models: Models, method: MergeMethod, half: boolean): Decisions {
  const result: Decisions = { decisions: [], faults: [] }
  for (const [name, a] of models.primary) {
    const outcome = decideTensor({ name, a, models, method, half })
    if ('fault' in outcome) {
      result.faults.push(outcome.fault)
      continue
    }
    result.decisions.push(outcome.decision)
    if (outcome.channels !== undefined) result.channels = outcome.channels
  }
  return result
}

interface Subject {
  name: string
  a: TensorInfo
  models: Models
  method: MergeMethod
  half: boolean
}

function decideTensor({ name, a, models, method, half }: Subject): Outcome {
  if (method === 'none') return { decision: copyOrHalve(name, { role: 'primary', info: a }, half) }
  const b = takesPart(name) ? models.secondary?.get(name) : undefined
  // The tensor of the primary as it is, not halved either: the reference program does not touch it.
  if (b === undefined) return { decision: copyOrHalve(name, { role: 'primary', info: a }, false) }
  const partners: Partners = { a, b, c: method === 'add-difference' ? models.tertiary?.get(name) : undefined }
  const treatments = present(partners).map(({ dtype }) => treatmentOf(dtype))
  if (treatments.includes('copy')) return { decision: copyOrHalve(name, { role: 'primary', info: a }, false) }
  if (treatments.includes('refuse')) return { fault: typeFault(name, partners) }
  return mergeTensor(name, partners, method === 'add-difference', half)
}

function mergeTensor(name: string, { a, b, c }: Partners, difference: boolean, half: boolean): Outcome {
  if (c !== undefined && compareShapes(b.shape, c.shape).kind !== 'same') {
    return { fault: { kind: 'shape', text: `${name} (secondary ${shapeText(b)}, tertiary ${shapeText(c)})` } }
  }
  const fit = compareShapes(a.shape, b.shape)
  if (fit.kind === 'different' || fit.kind === 'swapped') {
    const kind = fit.kind === 'swapped' ? 'swapped' : 'shape'
    return { fault: { kind, text: `${name} (primary ${shapeText(a)}, secondary ${shapeText(b)})` } }
  }
  const partners = { a, b, c }
  const merged = difference ? differenceOf(partners) : { ...sourcesOf({ a, b }), result: promoted([a, b]) }
  const { result, ...rest } = merged
  const window = fit.kind === 'window'
  // Written into the primary's tensor in place, so its type is kept.
  const stored = window ? a.dtype : result
  const decision: Decision = { name, shape: a.shape, dtype: half ? halved(stored) : stored, ...rest }
  return window ? { decision: { ...decision, window: fit.window }, channels: fit.channels } : { decision }
}

type Arithmetic = Pick<Decision, 'operation' | 'sources' | 'difference'> & { result: Dtype }

function sourcesOf({ a, b, c }: Partners): Pick<Decision, 'operation' | 'sources'> {
  const sources: Decision['sources'] = [
    { role: 'primary', info: a },
    { role: 'secondary', info: b },
  ]
  if (c === undefined) return { operation: 'weighted-sum', sources }
  return { operation: 'add-difference', sources: [...sources, { role: 'tertiary', info: c }] }
}

function differenceOf({ a, b, c }: Partners): Arithmetic {
  if (c !== undefined) return { ...sourcesOf({ a, b, c }), result: promote(floatOf(a), promoted([b, c])) }
  const difference = floatOf(b)
  return { operation: 'add-nothing', sources: [{ role: 'primary', info: a }], difference, result: promoted([a, b]) }
}

/** A tensor taken as it is, or turned from F32 into F16. */
export function copyOrHalve(name: string, source: Decision['sources'][number], half: boolean): Decision {
  const { dtype, shape } = source.info
  const target = half ? halved(dtype) : dtype
  return { name, operation: target === dtype ? 'copy' : 'convert', dtype: target, shape, sources: [source] }
}

function present({ a, b, c }: Partners): TensorInfo[] {
  return c === undefined ? [a, b] : [a, b, c]
}

function promoted(tensors: readonly TensorInfo[]): FloatDtype {
  return tensors.map(floatOf).reduce(promote)
}

function floatOf({ dtype }: TensorInfo): FloatDtype {
  if (isFloat(dtype)) return dtype
  throw new Error(`${dtype} takes no part in arithmetic`)
}

function typeFault(name: string, partners: Partners): Fault {
  const refused = present(partners).filter(({ dtype }) => treatmentOf(dtype) === 'refuse')
  return { kind: 'type', text: `${name} (${[...new Set(refused.map(({ dtype }) => dtype))].join(', ')})` }
}

function shapeText({ shape }: TensorInfo): string {
  return `[${shape.join(',')}]`
}
