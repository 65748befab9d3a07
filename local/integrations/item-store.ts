import type { ChildResult, Json, JsonObject } from '../interpreter/contract.ts'
import type { IntegrationPorts } from './integration.ts'
import { readItems } from './read-items.ts'
import { createSdkCaller } from './sdk-call.ts'
import { writeResults } from './write-results.ts'

/** An ItemReader, evaluated. */
export interface ItemRead {
  resource: string
  parameters: Json
  readerConfig: JsonObject
  roleArn: string
}

/** A ResultWriter, evaluated. */
export interface ResultWrite {
  mapRunArn: string
  parameters: Json
  writerConfig: JsonObject
  results: readonly ChildResult[]
  roleArn: string
}

/** Where distributed Map states read their items and write their results: S3. */
export interface ItemStore {
  read(request: ItemRead): Promise<Json[]>
  write(request: ResultWrite): Promise<Json>
}

/** Builds the item store on the stack's own S3. */
export function createItemStore(ports: IntegrationPorts): ItemStore {
  const sdk = createSdkCaller(ports)
  return {
    read: (request) => readItems(sdk, request),
    write: (request) => writeResults(sdk, request),
  }
}
