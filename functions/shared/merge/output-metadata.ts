import type { MergeRequest } from '../merges/merge-record.ts'
import { HEADER_LIMITS } from '../safetensors/limits.ts'
import type { InputRole } from './plan.ts'

/** What the metadata of a result needs to know about an input. */
export interface DescribedModel {
  role: InputRole
  checkpointId: string
  name: string
  metadata: ReadonlyMap<string, string>
  /** First 8 hex digits of the SHA-256 over 64 KiB from 1 MiB on: the short hash that older programs know models by. */
  legacyHash?: string | undefined
}

/** What the recipe tells beside the request. */
export interface RecipeFacts {
  multiplier: number
  fileName: string
  isInpainting: boolean
  isInstructPix2pix: boolean
}

const METHOD_NAMES: Record<MergeRequest['method'], string> = {
  none: 'No interpolation',
  'weighted-sum': 'Weighted sum',
  'add-difference': 'Add difference',
}

/** Lineage that somebody else wrote is carried on up to this length, so that it cannot fill the header. */
const LONGEST_LINEAGE = 256 * 1024

/**
 * The metadata of a result, in the form of the reference program: what the models say (later ones win), `format`, and the
 * recipe and the models as JSON texts. Values of the inputs stay the strings they are. Depends on nothing but its arguments.
 */
export function outputMetadata(
  models: readonly DescribedModel[],
  request: MergeRequest,
  facts: RecipeFacts,
): Map<string, string> {
  const merged = models.filter(({ role }) => role !== 'bakeInVae')
  const own = new Map([
    ['format', 'pt'],
    ['sd_merge_recipe', JSON.stringify(recipeOf(models, request, facts))],
    ['sd_merge_models', JSON.stringify(Object.fromEntries(lineageOf(merged)))],
  ])
  const copied = new Map(merged.flatMap(({ metadata }) => [...metadata]))
  const all = new Map([...copied, ...own])
  return bytesOf(all) > HEADER_LIMITS.metadataBytes / 2 ? own : all
}

function recipeOf(models: readonly DescribedModel[], request: MergeRequest, facts: RecipeFacts): object {
  const named = (role: InputRole) => models.find((model) => model.role === role)?.name ?? null
  return {
    type: 'darkroom',
    primary_model_hash: null,
    secondary_model_hash: null,
    tertiary_model_hash: null,
    primary_model: named('primary'),
    secondary_model: named('secondary'),
    tertiary_model: named('tertiary'),
    interp_method: METHOD_NAMES[request.method],
    multiplier: facts.multiplier,
    save_as_half: request.precision === 'half',
    custom_name: request.name ?? null,
    config_source: 3,
    bake_in_vae: named('bakeInVae'),
    discard_weights: request.discardWeights ?? '',
    is_inpainting: facts.isInpainting,
    is_instruct_pix2pix: facts.isInstructPix2pix,
  }
}

/** The models and the models that those were merged from, by the id they are known by. */
function lineageOf(models: readonly DescribedModel[]): Map<string, unknown> {
  const lineage = new Map<string, unknown>()
  for (const { checkpointId, name, legacyHash, metadata } of models) {
    const recipe = parseLineage(metadata.get('sd_merge_recipe')) ?? null
    lineage.set(checkpointId, { name, legacy_hash: legacyHash ?? null, sd_merge_recipe: recipe })
    const ancestors = parseLineage(metadata.get('sd_merge_models')) ?? {}
    for (const [id, ancestor] of Object.entries(ancestors)) lineage.set(id, ancestor)
  }
  return lineage
}

function parseLineage(text: string | undefined): object | undefined {
  if (text === undefined || text.length > LONGEST_LINEAGE) return undefined
  try {
    const value: unknown = JSON.parse(text)
    // Writing it again fails on nesting that parsing survives.
    JSON.stringify(value)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function bytesOf(metadata: ReadonlyMap<string, string>): number {
  return Buffer.byteLength(JSON.stringify([...metadata]))
}
