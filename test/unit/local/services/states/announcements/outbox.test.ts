import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Outbox } from '../../../../../../local/services/states/announcements/outbox.ts'
import type { EventEntry } from '../../../../../../local/services/states/announcements/status-change-event.ts'
import { under } from '../../../../../../local/services/states/store/keys.ts'
import { LevelStore } from '../../../../../../local/services/states/store/level-store.ts'
import { createManualClock, type ManualClock } from '../../../../../support/manual-clock.ts'

const entry = (execution: string, status: string): EventEntry => ({
  source: 'aws.states',
  detailType: 'Step Functions Execution Status Change',
  time: 0,
  region: 'us-east-1',
  account: '000000000000',
  resources: [execution],
  detail: JSON.stringify({ status }),
})

describe('The outbox of announcements', () => {
  let directory: string
  let store: LevelStore
  let clock: ManualClock
  let sent: string[]
  let publish: (entry: EventEntry) => Promise<void>
  let outbox: Outbox

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'darkroom-outbox-'))
    store = await LevelStore.open(directory)
    clock = createManualClock(0)
    sent = []
    publish = async ({ resources, detail }) => {
      sent.push(`${resources[0]} ${JSON.parse(detail).status}`)
    }
    outbox = new Outbox(store, clock, (event) => publish(event))
  })
  afterEach(async () => {
    outbox.close()
    await store.close()
    rmSync(directory, { recursive: true })
  })

  async function announce(...entries: EventEntry[]): Promise<void> {
    const prepared = entries.map((event) => outbox.prepare(event))
    await store.commit(prepared.map(({ change }) => change))
    outbox.send(prepared.map(({ announcement }) => announcement))
  }

  const left = (): Promise<EventEntry[]> => store.values(under('announcement\0'))
  async function until(good: () => Promise<boolean> | boolean): Promise<void> {
    while (!(await good())) await new Promise(setImmediate)
  }

  it('sends the events of an execution in order and removes what was taken', async () => {
    await announce(entry('x', 'RUNNING'), entry('x', 'SUCCEEDED'))
    await until(async () => (await left()).length === 0)
    expect(sent).to.deep.equal(['x RUNNING', 'x SUCCEEDED'])
  })

  it('keeps an event that was not taken, and tries again after a second', async () => {
    const working = publish
    publish = () => Promise.reject(new Error('nobody listens'))
    await announce(entry('x', 'RUNNING'))
    await clock.advance(999)
    publish = working
    expect(await left()).to.have.length(1)
    expect(sent).to.deep.equal([])
    await clock.advance(1)
    await until(async () => (await left()).length === 0)
    expect(sent).to.deep.equal(['x RUNNING'])
  })

  it('does not let one execution wait for the subscribers of another', async () => {
    const working = publish
    publish = (event) => (event.resources[0] === 'slow' ? new Promise(() => undefined) : working(event))
    await announce(entry('slow', 'RUNNING'), entry('quick', 'RUNNING'), entry('quick', 'FAILED'))
    await until(() => sent.length === 2)
    expect(sent).to.deep.equal(['quick RUNNING', 'quick FAILED'])
  })

  it('sends again what an earlier run left behind, and numbers new events after it', async () => {
    const first = outbox.prepare(entry('x', 'RUNNING'))
    await store.commit([first.change])
    outbox.close()
    outbox = new Outbox(store, clock, (event) => publish(event))
    await outbox.load()
    const { announcement } = outbox.prepare(entry('y', 'RUNNING'))
    expect(announcement.sequence).to.equal(first.announcement.sequence + 1)
    outbox.resume()
    await until(async () => (await left()).length === 0)
    expect(sent).to.deep.equal(['x RUNNING'])
  })
})
