import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TrainingPlan } from './training-record.ts'

/** The folders of one instance, below `ml` exactly as a container sees them under `/opt/ml`. */
export interface Workspace {
  id: string
  /** The program's home. */
  directory: string
  ml: string
  model: string
  checkpoints: string
  channel(name: string): string
  /** The first characters of what the program said about its failure; empty when it did not. */
  readFailure(): Promise<string>
  remove(): void
}

export function openWorkspace(parent: string, id: string): Workspace {
  const directory = join(parent, id)
  const ml = join(directory, 'ml')
  return {
    id,
    directory,
    ml,
    model: join(ml, 'model'),
    checkpoints: join(ml, 'checkpoints'),
    channel: (name) => join(ml, 'input/data', name),
    readFailure: async () => (await readFile(join(ml, 'output/failure'), 'utf8').catch(() => '')).slice(0, 1_024),
    // A program of a stack that was killed may be writing its last lines; what a container's root owns stays.
    remove: () => {
      try {
        rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
      } catch {
        // Nothing depends on it.
      }
    },
  }
}

/** Removes what a stack that was killed has left of jobs that are over. */
export function removeOtherWorkspaces(parent: string, inUse: ReadonlySet<string>): void {
  if (!existsSync(parent)) return
  for (const id of readdirSync(parent)) if (!inUse.has(id)) openWorkspace(parent, id).remove()
}

/** Makes the folders and the configuration files. */
export function furnish({ ml, model, checkpoints }: Workspace, plan: TrainingPlan): void {
  const config = join(ml, 'input/config')
  for (const folder of [config, join(ml, 'input/data'), model, checkpoints, join(ml, 'output/data')])
    mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(configFiles(plan)))
    writeFileSync(join(config, `${name}.json`), JSON.stringify(content))
}

const HOST = 'algo-1'
const GROUP = 'homogeneousCluster'

/** The content of `input/config`, as SageMaker writes it for one instance. */
export function configFiles({ hyperparameters, channels, instanceType }: TrainingPlan): Record<string, object> {
  const channel = { TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated', RecordWrapperType: 'None' }
  return {
    hyperparameters,
    inputdataconfig: Object.fromEntries(
      channels.map(({ name, contentType }) => [
        name,
        { ...(contentType !== undefined && { ContentType: contentType }), ...channel },
      ]),
    ),
    resourceconfig: {
      current_host: HOST,
      current_instance_type: instanceType,
      current_group_name: GROUP,
      hosts: [HOST],
      instance_groups: [{ instance_group_name: GROUP, instance_type: instanceType, hosts: [HOST] }],
      network_interface_name: 'lo',
    },
  }
}
