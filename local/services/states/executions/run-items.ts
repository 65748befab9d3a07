import { TaskError } from '../../../integrations/integration.ts'
import type { ReadItems, WriteResults } from '../../../interpreter/contract.ts'
import type { ActiveExecution } from './active-execution.ts'
import { answer, type World } from './world.ts'

/** Reads the items of a distributed Map. */
export function runItemRead(world: World, active: ActiveExecution, effect: ReadItems): void {
  const { readId, resource, parameters, readerConfig } = effect
  world.itemStore.read({ resource, parameters, readerConfig, roleArn: active.record.roleArn }).then(
    (items) => answer(world, active, { kind: 'itemsRead', readId, items }),
    (error: unknown) =>
      answer(world, active, { kind: 'itemsFailed', readId, ...named(error, 'States.ItemReaderFailed') }),
  )
}

/** Writes the results of a distributed Map. */
export function runResultWrite(world: World, active: ActiveExecution, effect: WriteResults): void {
  const { writeId, mapRunArn, parameters, writerConfig, results } = effect
  const { roleArn } = active.record
  world.itemStore.write({ mapRunArn, parameters, writerConfig, results, roleArn }).then(
    (output) => answer(world, active, { kind: 'resultsWritten', writeId, output }),
    (error: unknown) =>
      answer(world, active, { kind: 'resultsFailed', writeId, ...named(error, 'States.ResultWriterFailed') }),
  )
}

function named(error: unknown, name: string): { error: string; cause: string } {
  return { error: error instanceof TaskError ? error.error : name, cause: (error as Error).message }
}
