import type { CheckpointFamily } from '../checkpoints/detect-family.ts'
import { detectFamily } from '../checkpoints/detect-family.ts'
import { IncompatibleCheckpointsError, InvalidRequestError } from '../errors.ts'
import type { MergeRequest } from '../merges/merge-record.ts'
import type { SafetensorsHeader, TensorInfo } from '../safetensors/header.ts'
import { layOutFile } from '../safetensors/write-header.ts'
import { bakeVae } from './bake-vae.ts'
import { type CutOptions, cutParts } from './cut-parts.ts'
import { type Decision, type Decisions, decideTensors, type Fault, type Models } from './decide-tensors.ts'
import { defaultName } from './default-name.ts'
import { compileNamePattern } from './name-pattern.ts'
import { outputMetadata } from './output-metadata.ts'
import type { InputRole, MergePlan, PlanInput, PlanTensor } from './plan.ts'
import { renameTensors } from './tensor-names.ts'

/** A model to be merged: where it lies and what its header says. */
export interface ModelInput extends Omit<PlanInput, 'dataStart'> {
  header: SafetensorsHeader
  legacyHash?: string | undefined
}

type Cut = Omit<CutOptions, 'parts'>

const DEFAULT_MULTIPLIER = 0.3

/**
 * Decides what every byte of the result will be, from the headers alone. The same arguments give the same plan. Throws
 * `IncompatibleCheckpoints` listing the tensors that do not fit, or `InvalidRequest` naming the field. The inputs have to be
 * those that the request's method needs.
 */
export function planMerge(request: MergeRequest, inputs: readonly ModelInput[], cut: Cut = {}): MergePlan {
  const multiplier = request.multiplier ?? DEFAULT_MULTIPLIER
  const half = request.precision === 'half'
  const tensors = new Map(inputs.map((input) => [input.role, tensorsOf(input)]))
  const decided = decideTensors(modelsOf(tensors), request.method, half)
  refuseFaults(decided.faults, inputs)
  refuseStrangers(request, decided, inputs)
  const baked = bake(decided.decisions, tensors.get('bakeInVae'), half)
  const kept = discard(baked, request.discardWeights)
  const fileName = fileNameOf(request, inputs, { multiplier, channels: decided.channels })
  const facts = {
    multiplier,
    fileName,
    isInpainting: decided.channels === 9,
    isInstructPix2pix: decided.channels === 8,
  }
  const described = inputs.map((input) => ({ ...input, metadata: input.header.metadata }))
  const layout = layOutFile(kept, outputMetadata(described, request, facts))
  return {
    version: 1,
    arithmetic: 'a1111',
    multiplier,
    inputs: inputs.map(({ header, legacyHash: _, ...input }) => ({ ...input, dataStart: header.dataStart })),
    fileName,
    size: layout.size,
    header: layout.text,
    ...cutParts(layout.size, { ...cut, parts: request.parts }),
    tensors: place(kept, layout, inputs),
  }
}

/** How many tensors are computed and how many are taken as they are. */
export function summarizePlan({ tensors }: MergePlan): { tensors: number; merged: number; copied: number } {
  const copied = tensors.filter(({ operation }) => operation === 'copy' || operation === 'convert').length
  return { tensors: tensors.length, merged: tensors.length - copied, copied }
}

function tensorsOf({ role, name, header }: ModelInput): ReadonlyMap<string, TensorInfo> {
  if (role === 'bakeInVae') return header.tensors
  const { renamed, clashes } = renameTensors(header.tensors)
  if (clashes.length === 0) return renamed
  throw new IncompatibleCheckpointsError(`${name} has tensors under both their old and their new name`, clashes)
}

function modelsOf(tensors: ReadonlyMap<InputRole, ReadonlyMap<string, TensorInfo>>): Models {
  const primary = tensors.get('primary')
  if (primary === undefined) throw new InvalidRequestError('primary is missing')
  return { primary, secondary: tensors.get('secondary'), tertiary: tensors.get('tertiary') }
}

/** What a kind of fault means; the most telling kind comes first. */
const FAULTS: readonly [Fault['kind'], string][] = [
  ['swapped', 'primary must be the inpainting or instruct-pix2pix model; swap the models'],
  ['type', 'Tensors of these types cannot be merged; convert them to F16, BF16 or F32 first'],
  ['shape', 'The tensors of the models have different shapes'],
]

function refuseFaults(faults: readonly Fault[], inputs: readonly ModelInput[]): void {
  const worst = FAULTS.find(([kind]) => faults.some((fault) => fault.kind === kind))
  if (worst === undefined) return
  const listed = faults.filter(({ kind }) => kind === worst[0]).map(({ text }) => text)
  throw new IncompatibleCheckpointsError(worst[1] + familyText(inputs), listed)
}

/** Models that share no tensor, or are known to be of different architectures, give no model. */
function refuseStrangers({ method }: MergeRequest, { decisions }: Decisions, inputs: readonly ModelInput[]): void {
  if (method === 'none') return
  const merged = decisions.filter(({ operation }) => operation !== 'copy')
  const alone = decisions.filter(({ operation }) => operation === 'copy').map(({ name }) => name)
  if (merged.length === 0) {
    throw new IncompatibleCheckpointsError(
      `The models share no tensor that could be merged${familyText(inputs)}`,
      alone,
    )
  }
  if (familyText(inputs) !== '') {
    throw new IncompatibleCheckpointsError(`The models are of different architectures${familyText(inputs)}`, alone)
  }
}

/** ` (primary is sd1, secondary is sdxl)` when the architectures are known and differ, or ''. */
function familyText(inputs: readonly ModelInput[]): string {
  const families = inputs
    .filter(({ role }) => role !== 'bakeInVae')
    .map(({ role, header }): [InputRole, CheckpointFamily] => [role, detectFamily(header)])
    .filter(([, family]) => family !== 'unknown')
  if (new Set(families.map(([, family]) => family)).size < 2) return ''
  return ` (${families.map(([role, family]) => `${role} is ${family}`).join(', ')})`
}

function bake(decisions: Decision[], vae: ReadonlyMap<string, TensorInfo> | undefined, half: boolean): Decision[] {
  if (vae === undefined) return decisions
  const baked = bakeVae(decisions, vae, half)
  if (baked.misfits.length > 0) {
    throw new IncompatibleCheckpointsError('The VAE does not fit into the model', baked.misfits)
  }
  if (baked.replaced > 0) return baked.decisions
  throw new IncompatibleCheckpointsError('bakeInVae has no tensor of the VAE that the model uses', [...vae.keys()])
}

function discard(decisions: Decision[], pattern: string | undefined): Decision[] {
  if (pattern === undefined || pattern === '') return decisions
  const matches = compileNamePattern(pattern, 'discardWeights')
  const kept = decisions.filter(({ name }) => !matches(name))
  if (kept.length > 0) return kept
  throw new InvalidRequestError('discardWeights matches every tensor; nothing would be left')
}

interface NamingFacts {
  multiplier: number
  channels: 8 | 9 | undefined
}

function fileNameOf(
  request: MergeRequest,
  inputs: readonly ModelInput[],
  { multiplier, channels }: NamingFacts,
): string {
  const stem = (role: InputRole) => withoutEnding(inputs.find((input) => input.role === role)?.name ?? '')
  const models = { primary: stem('primary'), secondary: stem('secondary'), tertiary: stem('tertiary') }
  const given = withoutEnding(request.name ?? '').trim()
  const name = given === '' ? defaultName({ method: request.method, multiplier, ...models }) : given
  const suffix = channels === 9 ? '.inpainting' : channels === 8 ? '.instruct-pix2pix' : ''
  return `${name.endsWith(suffix) ? name : name + suffix}.safetensors`
}

function withoutEnding(fileName: string): string {
  return fileName.replace(/\.safetensors$/, '')
}

function place(
  decisions: readonly Decision[],
  layout: ReturnType<typeof layOutFile>,
  inputs: readonly ModelInput[],
): PlanTensor[] {
  const byName = new Map(decisions.map((decision) => [decision.name, decision]))
  return layout.tensors.map(({ name, dtype, begin, end }) => {
    const { operation, sources, window, difference } = byName.get(name)!
    return {
      name,
      operation,
      dtype,
      begin: layout.dataStart + begin,
      end: layout.dataStart + end,
      sources: sources.map((source) => placeSource(source, inputs)),
      ...(window === undefined ? {} : { window }),
      ...(difference === undefined ? {} : { difference }),
    }
  })
}

function placeSource(
  { role, info }: Decision['sources'][number],
  inputs: readonly ModelInput[],
): PlanTensor['sources'][number] {
  const input = inputs.findIndex((candidate) => candidate.role === role)
  return { input, dtype: info.dtype, begin: inputs[input]!.header.dataStart + info.begin }
}
