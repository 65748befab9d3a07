import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Effect, Input, StepResult } from '../../../../../../local/interpreter/contract.ts'
import type { ActiveExecution } from '../../../../../../local/services/states/executions/active-execution.ts'
import { MapRunBooks } from '../../../../../../local/services/states/map-runs/map-run-books.ts'
import { LevelStore } from '../../../../../../local/services/states/store/level-store.ts'

const mapRunArn = 'arn:aws:states:us-east-1:000000000000:mapRun:merge/Each:run-1'
const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:merge'
const settings = {
  maxConcurrency: 2,
  toleratedFailureCount: 1,
  toleratedFailurePercentage: 0,
  executionType: 'STANDARD' as const,
  itemCount: 4,
}
const child = (childId: string, input: string, mapItem?: { index: number; value: number }): Effect => ({
  kind: 'startChild',
  childId,
  name: childId,
  mapRunArn,
  stateName: 'Each',
  executionType: 'STANDARD',
  input,
  start: { variables: {}, ...(mapItem ? { mapItem } : {}) },
})

describe('The books of a Map Run', () => {
  let directory: string
  let store: LevelStore
  let books: MapRunBooks

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'darkroom-books-'))
    store = await LevelStore.open(directory)
    books = new MapRunBooks(store)
  })
  afterEach(async () => {
    await store.close()
    rmSync(directory, { recursive: true })
  })

  async function account(at: number, effects: Effect[], input?: Input): Promise<void> {
    const active = { record: { arn: 'execution', machineArn }, lastInputAt: at } as ActiveExecution
    await store.commit(books.account(active, { effects } as unknown as StepResult, input))
  }
  const ended = (childId: string, status: 'SUCCEEDED' | 'FAILED'): Input => ({
    kind: 'childEnded',
    at: 0,
    childId,
    outcome: status === 'SUCCEEDED' ? { status, output: '1' } : { status },
  })

  it('count items and executions as they begin and end, also those in batches', async () => {
    await account(10, [
      { kind: 'startMapRun', mapRunArn, stateName: 'Each', settings },
      child('a', '1', { index: 0, value: 1 }),
      child('b', '{"Items":[2,3]}'),
    ])
    expect((await books.require(mapRunArn)).items).to.include({ total: 4, pending: 1, running: 3 })
    expect((await books.require(mapRunArn)).executions).to.include({ total: 2, running: 2 })
    await account(20, [], ended('b', 'FAILED'))
    await account(30, [child('c', '4', { index: 3, value: 4 })], ended('a', 'SUCCEEDED'))
    await account(40, [{ kind: 'endMapRun', mapRunArn, status: 'SUCCEEDED' }], ended('c', 'SUCCEEDED'))
    const record = await books.require(mapRunArn)
    expect(record).to.include({ status: 'SUCCEEDED', startedAt: 10, stoppedAt: 40, machineArn: `${machineArn}/Each` })
    expect(record.items).to.include({ total: 4, succeeded: 2, failed: 2, running: 0, pending: 0, aborted: 0 })
    expect(record.executions).to.include({ total: 3, succeeded: 2, failed: 1 })
  })

  it('count what was under way at the end as aborted', async () => {
    await account(10, [
      { kind: 'startMapRun', mapRunArn, stateName: 'Each', settings },
      child('a', '1', { index: 0, value: 1 }),
    ])
    await account(20, [{ kind: 'endMapRun', mapRunArn, status: 'ABORTED' }])
    expect((await books.require(mapRunArn)).items).to.include({ total: 4, aborted: 4, running: 0, pending: 0 })
  })

  it('are kept, and found by the execution', async () => {
    await account(10, [{ kind: 'startMapRun', mapRunArn, stateName: 'Each', settings }])
    books = new MapRunBooks(store)
    expect((await books.of('execution')).map(({ arn }) => arn)).to.deep.equal([mapRunArn])
    expect(await books.of('other')).to.deep.equal([])
    const missing = await books.require('other').catch((error: Error) => error)
    expect(missing).to.have.property('code', 'ResourceNotFound')
  })
})
