import { TransientError } from '../../shared/errors.ts'
import type { ModelRecord } from '../../shared/models/model-record.ts'
import { type ModelStart, newModelRecord } from '../../shared/models/new-model-record.ts'
import { readModel } from '../../shared/models/read-model.ts'
import { changeModel, putModel } from '../../shared/models/write-model.ts'
import type { ExecutionEnding } from './execution-ending.ts'

/** An ended creation with what its execution tells, which its record may not. */
export interface EndedModel {
  record: ModelRecord
  ending: ExecutionEnding
}

/** The machine's last writes overtake ours this often at most. */
const ATTEMPTS = 3

/**
 * The packaged model of an ended execution, with a final status; one that died before its first state gets its record
 * here. Undefined when the person has deleted it, or the record belongs to another execution.
 */
export async function concludeModel(table: string, ending: ExecutionEnding): Promise<EndedModel | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const record = await readModel(table, ending.id)
    if (record && record.executionArn !== ending.executionArn) return undefined
    if (record && record.status !== 'Creating') return settled(record, ending)
    if (!record && ending.outcome === 'Succeeded') return undefined
    const ended = endedRecord(record ?? newModelRecord(startOf(ending), []), ending)
    const isWritten = record ? await changeModel(table, record, endOf(ending)) : await putModel(table, ended)
    if (isWritten) return { record: ended, ending }
  }
  throw new TransientError(`The model ${ending.id} is changing just now`)
}

/** A model that is active stays so, even if its execution was stopped, or lost an answer, in its last moment. */
function settled(record: ModelRecord, ending: ExecutionEnding): EndedModel | undefined {
  if (record.status === 'Deleting') return undefined
  return { record, ending: record.status === 'Active' ? { ...ending, outcome: 'Succeeded' } : ending }
}

function endOf({ outcome, endedAt, reason }: ExecutionEnding): Partial<ModelRecord> {
  const status = outcome === 'Succeeded' ? 'Active' : outcome
  return { status, updatedAt: endedAt, endedAt, ...(reason ? { reason } : {}) }
}

function endedRecord(record: ModelRecord, ending: ExecutionEnding): ModelRecord {
  return { ...record, ...endOf(ending) }
}

/** Whatever the input was that somebody started the machine with. */
function startOf({ id, executionArn, startedAt, input }: ExecutionEnding): ModelStart {
  const asked = (input.request ?? {}) as Partial<ModelStart['request']>
  const request = {
    name: id,
    sageMakerName: '',
    backend: 'pocket' as const,
    artifacts: {},
    ...asked,
    container: asked.container ?? { Image: '', Environment: {} },
  }
  return { id, executionArn, startedAt, requestedBy: input.requestedBy ?? '', request }
}
