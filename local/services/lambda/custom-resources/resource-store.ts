import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** What the last run of a custom resource left. */
export interface StoredCustomResource {
  physicalResourceId: string
  properties: Record<string, unknown>
}

/** Remembers between runs of the stack which custom resources were made, and from what. */
export interface CustomResourceStore {
  get(logicalId: string): StoredCustomResource | undefined
  set(logicalId: string, resource: StoredCustomResource): void
}

/** A store in one JSON file; every `set` is on disk when it returns. */
export function openCustomResourceStore(file: string): CustomResourceStore {
  const resources = read(file)
  return {
    get: (logicalId) => resources[logicalId],
    set: (logicalId, resource) => {
      resources[logicalId] = resource
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(`${file}.unfinished`, `${JSON.stringify(resources, null, 2)}\n`)
      renameSync(`${file}.unfinished`, file)
    },
  }
}

function read(file: string): Record<string, StoredCustomResource> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, StoredCustomResource>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new Error(`Cannot read ${file}: start with --reset to make the stack anew`, { cause: error })
  }
}
