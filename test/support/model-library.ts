import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { dynamodb } from '../../functions/shared/aws/dynamodb.ts'
import type { ModelRecord, ModelRequest } from '../../functions/shared/models/model-record.ts'
import { checkTarball } from '../../functions/tasks/check-tarball/check-tarball.ts'
import { cleanUpModel } from '../../functions/tasks/clean-up-model/clean-up-model.ts'
import { type CopiedArtifact, copyArtifact } from '../../functions/tasks/copy-artifact/copy-artifact.ts'
import { recordModel } from '../../functions/tasks/record-model/record-model.ts'
import { type ResolvedArtifacts, resolveArtifacts } from '../../functions/tasks/resolve-artifacts/resolve-artifacts.ts'
import { writeManifest } from '../../functions/tasks/write-manifest/write-manifest.ts'
import { type MergeLibrary, startMergeLibrary } from './merge-library.ts'

/** Smaller than in the product, as small as S3 takes parts. */
export const PART_SIZE = 5 * 1024 * 1024

export const MACHINE = 'arn:aws:states:us-east-1:000000000000:execution:create-model'

/** A library with what the tasks of create-model need, and the states between the tasks done by hand. */
export interface ModelLibrary extends MergeLibrary {
  requestFor(name: string, artifacts: ModelRequest['artifacts'], more?: Partial<ModelRequest>): ModelRequest
  record(id: string, request: ModelRequest, requestedBy?: string): Promise<void>
  resolve(id: string): Promise<ResolvedArtifacts>
  copy(id: string, item: { file: number; part?: number }): Promise<CopiedArtifact>
  check(id: string, unpackedBytes?: number): Promise<unknown>
  write(id: string, copied: CopiedArtifact[]): Promise<unknown>
  cleanUp(id: string): Promise<void>
  setStatus(id: string, status: ModelRecord['status']): Promise<void>
  /** Everything of create-model but SageMaker. */
  make(id: string, request: ModelRequest): Promise<ModelRecord>
  read(id: string): Promise<ModelRecord | undefined>
  forget(id: string): Promise<void>
}

export async function startModelLibrary(): Promise<ModelLibrary> {
  const library = await startMergeLibrary()
  const { bucket, checkpointsTable, accountsTable, modelsTable } = library
  const clock = { now: () => Date.parse('2026-03-02T10:15:00.000Z') }
  const context = { bucket, checkpointsTable, accountsTable, modelsTable, clock, partSize: PART_SIZE }
  const read = async (id: string) =>
    (await dynamodb.send(new GetCommand({ TableName: modelsTable, Key: { id } }))).Item as ModelRecord | undefined
  const tasks: Omit<ModelLibrary, keyof MergeLibrary | 'make'> = {
    requestFor: (name, artifacts, more = {}) => ({
      name,
      sageMakerName: `darkroom-test-model-${name}`,
      backend: 'pocket',
      container: { Image: 'darkroom/pocket', Environment: {} },
      artifacts,
      ...more,
    }),
    record: (id, request, requestedBy = 'ada') =>
      recordModel(context, {
        id,
        requestedBy,
        executionArn: `${MACHINE}:${id}`,
        startedAt: `2026-03-02T10:15:00.${id.length.toString().padStart(3, '0')}Z`,
        request,
      }),
    resolve: (id) => resolveArtifacts(context, { id }),
    copy: (id, item) => copyArtifact(context, { id, ...item }),
    check: (id, unpackedBytes = 100_000_000) => checkTarball({ ...context, unpackedBytes }, { id }),
    write: (id, copied) => writeManifest(context, { id, copied }),
    cleanUp: (id) => cleanUpModel(context, { id }),
    async setStatus(id, status) {
      const update = new UpdateCommand({
        TableName: modelsTable,
        Key: { id },
        UpdateExpression: 'SET #status = :status',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':status': status },
      })
      await dynamodb.send(update)
    },
    read,
    forget: async (id) => void (await dynamodb.send(new DeleteCommand({ TableName: modelsTable, Key: { id } }))),
  }
  return {
    ...library,
    ...tasks,
    async make(id, request) {
      await tasks.record(id, request)
      if (request.source) await tasks.check(id)
      const { items } = request.source ? { items: [] } : await tasks.resolve(id)
      const copied: CopiedArtifact[] = []
      for (const item of items) copied.push(await tasks.copy(id, item))
      await tasks.write(id, copied)
      await tasks.setStatus(id, 'Active')
      return (await read(id)) as ModelRecord
    },
  }
}
