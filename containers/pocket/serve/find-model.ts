import { basename } from 'node:path'
import { SHIPPED_WEIGHTS } from '../weights/shipped-weights.ts'
import { type OpenObject, parseS3Address } from './bucket.ts'
import { ContainerError, refuse } from './container-error.ts'
import type { FileCache } from './file-cache.ts'
import type { RequestedModel } from './invocation.ts'
import { listOwnModels, openOwnModel } from './model-directory.ts'
import { checkSize, type ModelFile } from './model-file.ts'

export interface ModelSources {
  readonly openObject: OpenObject
  readonly cache: FileCache
  /** Where SageMaker puts the endpoint's own model files: in folders by kind, or the checkpoints right in it. */
  readonly modelDirectory: string
}

/** The file of the checkpoint asked for; without one, the endpoint's own or the shipped one. Never another in its place. */
export async function findModel(model: RequestedModel | undefined, sources: ModelSources): Promise<ModelFile> {
  return model === undefined ? defaultModel(sources.modelDirectory) : openModel(model, sources)
}

/** The file of a model by its exact name, from S3 or from the endpoint's own. Throws `ModelNotFound`. */
export async function openModel(model: RequestedModel, sources: ModelSources): Promise<ModelFile> {
  return model.s3 === undefined ? ownModel(model, sources) : storedModel(model, model.s3, sources)
}

async function storedModel(
  { model_name: name, field }: RequestedModel,
  s3: string,
  { openObject, cache }: ModelSources,
): Promise<ModelFile> {
  const { bucket, key } = parseS3Address(s3, `${field}.s3`)
  const place = { bucket, key: key === '' ? name : `${key.replace(/\/+$/, '')}/${name}` }
  const object = await openObject(place, name)
  checkSize(field, name, object.size)
  const file = await cache.open(place, object)
  return { name, field, ...file }
}

async function ownModel(
  { model_name: name, kind, field }: RequestedModel,
  { modelDirectory }: ModelSources,
): Promise<ModelFile> {
  const path = (await listOwnModels(modelDirectory, kind)).find((candidate) => basename(candidate) === name)
  if (path !== undefined) return openOwnModel(path, field)
  throw new ContainerError(
    'ModelNotFound',
    `${name} is not among the endpoint’s own files of the kind ${kind}, and the request gives no s3 address for it`,
  )
}

async function defaultModel(directory: string): Promise<ModelFile> {
  const field = 'models.Stable-diffusion'
  const [only, ...others] = await listOwnModels(directory, 'Stable-diffusion')
  if (others.length === 0) return openOwnModel(only ?? SHIPPED_WEIGHTS, field)
  return refuse(field, `is missing, and the endpoint has ${others.length + 1} models; name one of them`)
}
