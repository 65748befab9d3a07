import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeEvent } from '../../../../../local/services/events/event.ts'
import { openEventJournal } from '../../../../../local/services/events/event-journal.ts'

const event = (id: string) =>
  makeEvent({ source: 's', detailType: 't', detail: '{}' }, { account: '0', region: 'r', now: 0, id })
const owed = (id: string) => ({ event: event(id), bus: 'default', isOwed: true })

describe('openEventJournal', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'darkroom-journal-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  const idsOf = (entries: Array<{ event: { id: string } }>) => entries.map((entry) => entry.event.id)

  it('owes after a restart what was accepted and not settled', () => {
    const journal = openEventJournal(directory)
    for (const id of ['1', '2', '3']) journal.record(owed(id))
    journal.record({ ...owed('4'), isOwed: false })
    journal.settle(event('2'))
    const restarted = openEventJournal(directory)
    expect(idsOf(restarted.owed())).to.deep.equal(['1', '3'])
    restarted.settle(event('1'))
    expect(idsOf(openEventJournal(directory).owed())).to.deep.equal(['3'])
  })

  it('shows events newest first, also after a restart', () => {
    const journal = openEventJournal(directory)
    for (const id of ['1', '2']) journal.record({ ...owed(id), isOwed: false })
    expect(idsOf(journal.recent())).to.deep.equal(['2', '1'])
    expect(idsOf(openEventJournal(directory).recent())).to.deep.equal(['2', '1'])
  })

  it('passes over a line that a kill has torn', () => {
    openEventJournal(directory).record(owed('1'))
    appendFileSync(join(directory, 'events.jsonl'), '\n{"event":{"id":"2"')
    const journal = openEventJournal(directory)
    journal.record(owed('3'))
    expect(idsOf(openEventJournal(directory).owed())).to.deep.equal(['1', '3'])
  })

  it('keeps a thousand events and everything owed, in a file that does not grow for ever', () => {
    const journal = openEventJournal(directory)
    journal.record(owed('first'))
    for (let id = 1; id <= 11_000; id += 1) journal.record({ ...owed(`${id}`), isOwed: false })
    expect(idsOf(journal.recent()).slice(0, 2)).to.deep.equal(['11000', '10999'])
    expect(journal.recent()).to.have.length(1_000)
    expect(readFileSync(join(directory, 'events.jsonl'), 'utf8').split('\n').length).to.be.lessThan(3_000)
    expect(idsOf(openEventJournal(directory).owed())).to.deep.equal(['first'])
  })
})
