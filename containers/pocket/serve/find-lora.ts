import { basename } from 'node:path'
import { ContainerError, refuse } from './container-error.ts'
import { type ModelSources, openModel } from './find-model.ts'
import type { RequestedModel } from './invocation.ts'
import { listOwnModels, openOwnModel } from './model-directory.ts'
import type { ModelFile } from './model-file.ts'

/**
 * The file of the LoRA that a prompt calls `name`: exactly its file's name, or that without the ending. Those that the request lists
 * come before the endpoint's own. Throws `ModelNotFound` naming it.
 */
export async function findLora(
  name: string,
  requested: readonly RequestedModel[],
  sources: ModelSources,
): Promise<ModelFile> {
  const listed = requested.filter(({ model_name }) => answersTo(model_name, name))
  if (new Set(listed.map(({ model_name, s3 }) => `${s3}/${model_name}`)).size > 1)
    refuse('models.Lora', `has ${listed.length} files that answer to ${name}`)
  if (listed[0] !== undefined) return openModel(listed[0], sources)
  const own = await listOwnModels(sources.modelDirectory, 'Lora')
  const path = own.find((candidate) => answersTo(basename(candidate), name))
  if (path !== undefined) return openOwnModel(path, 'prompt')
  const there = [...requested.map(({ model_name }) => model_name), ...own.map((candidate) => basename(candidate))]
  throw new ContainerError(
    'ModelNotFound',
    `The prompt names the LoRA ${name}, which is neither in models.Lora nor among the endpoint’s own; there: ${there.join(', ') || 'none'}`,
  )
}

function answersTo(fileName: string, name: string): boolean {
  return fileName === name || fileName === `${name}.safetensors`
}
