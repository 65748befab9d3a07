import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { SHIPPED_WEIGHTS } from '../weights/shipped-weights.ts'
import { type OpenObject, parseS3Address } from './bucket.ts'
import { ContainerError, refuse } from './container-error.ts'
import type { CachedFile, FileCache } from './file-cache.ts'
import type { RequestedModel } from './invocation.ts'

/** A model's file on the disk and what it is called. */
export interface ModelFile extends CachedFile {
  readonly name: string
}

export interface ModelSources {
  readonly openObject: OpenObject
  readonly cache: FileCache
  /** Where SageMaker puts the endpoint's own model files. */
  readonly modelDirectory: string
}

/** Pocket models have less than one megabyte; fetching a 7 GB file only to refuse it would help nobody. */
const MOST_BYTES = 64 * 1024 * 1024
const KIND = 'Stable-diffusion'
const ENDING = '.safetensors'

/** The file of the model asked for, by its exact name; without one, the endpoint's own or the shipped one. Never another in its place. */
export async function findModel(model: RequestedModel | undefined, sources: ModelSources): Promise<ModelFile> {
  if (model === undefined) return defaultModel(sources.modelDirectory)
  return model.s3 === undefined
    ? ownModel(model.model_name, sources.modelDirectory)
    : storedModel(model.model_name, model.s3, sources)
}

async function storedModel(name: string, s3: string, { openObject, cache }: ModelSources): Promise<ModelFile> {
  const { bucket, key } = parseS3Address(s3, `models.${KIND}[0].s3`)
  const place = { bucket, key: key === '' ? name : `${key.replace(/\/+$/, '')}/${name}` }
  const object = await openObject(place, name)
  if (object.size > MOST_BYTES) {
    refuse(
      `models.${KIND}[0]`,
      `${name} has ${object.size} bytes, so it is not a pocket model; deploy an endpoint with a GPU for it`,
    )
  }
  const file = await cache.open(place, object)
  return { name, ...file }
}

async function ownModel(name: string, directory: string): Promise<ModelFile> {
  const path = (await listModels(directory)).find((candidate) => basename(candidate) === name)
  if (path !== undefined) return onDisk(path)
  throw new ContainerError(
    'ModelNotFound',
    `${name} is not among the endpoint’s own model files, and the request gives no s3 address for it`,
  )
}

async function defaultModel(directory: string): Promise<ModelFile> {
  const [only, ...others] = await listModels(directory)
  if (others.length === 0) return onDisk(only ?? SHIPPED_WEIGHTS)
  return refuse(`models.${KIND}`, `is missing, and the endpoint has ${others.length + 1} models; name one of them`)
}

async function listModels(directory: string): Promise<string[]> {
  const folders = [directory, join(directory, KIND)]
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(folder).catch(() => [])).map((name) => join(folder, name))),
  )
  return files
    .flat()
    .filter((path) => path.endsWith(ENDING))
    .sort()
}

function onDisk(path: string): ModelFile {
  return { name: basename(path), path, release: () => {} }
}
