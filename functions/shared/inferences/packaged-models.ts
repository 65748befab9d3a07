import type { EndpointRecord } from '../endpoints/endpoint-record.ts'
import type { ModelFile } from '../models/model-record.ts'
import { readModel } from '../models/read-model.ts'
import type { ResolvedModel } from './inference-record.ts'

/** The files that an endpoint has in its model directory, with the packaged model that they are of. */
export interface PackagedFiles {
  modelId: string
  files: readonly ModelFile[]
}

/** What the packaged model of an endpoint holds; undefined where it runs none. */
export async function packagedFilesOf(
  table: string,
  { modelId }: Pick<EndpointRecord, 'modelId'>,
): Promise<PackagedFiles | undefined> {
  const model = modelId === undefined ? undefined : await readModel(table, modelId)
  return model && { modelId: model.id, files: model.files ?? [] }
}

/** The packaged file that a name, or the id of the checkpoint it was copied from, means; it needs no address. */
export function findPackaged(
  packaged: PackagedFiles | undefined,
  { type, name }: { type: string; name: string },
): ResolvedModel | undefined {
  const inFolder = packaged?.files.filter(({ folder }) => folder === type) ?? []
  const file = inFolder.find((one) => one.name === name) ?? inFolder.find(({ checkpointId }) => checkpointId === name)
  return packaged && file && inModelDirectory(packaged, file)
}

/** The first checkpoint of the package: what is painted with when none is named. */
export function firstPackaged(packaged: PackagedFiles | undefined): ResolvedModel | undefined {
  const file = packaged?.files.find(
    ({ folder, name }) => folder === 'Stable-diffusion' && name.endsWith('.safetensors'),
  )
  return packaged && file && inModelDirectory(packaged, file)
}

/** Whether the container has the model already. */
export function isPackaged({ s3 }: Pick<ResolvedModel, 's3'>): boolean {
  return s3 === ''
}

function inModelDirectory({ modelId }: PackagedFiles, { folder, name }: ModelFile): ResolvedModel {
  return { id: modelId, model_name: name, s3: '', type: folder }
}
