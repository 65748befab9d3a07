import { type Page, replyHtml, replyJsonDocument } from '../../http/page.ts'
import { layOutPage } from '../../http/page-layout.ts'
import { escapeXml } from '../../http/xml.ts'
import type { JournalEntry } from './event-journal.ts'

const PATH = '/_darkroom/events'
const REFRESH_AFTER = 5

/** `/_darkroom/events` (HTML), `/_darkroom/events/<id>` (HTML) and `/_darkroom/events.json`: the last thousand events. */
export function createEventsPage(recent: () => JournalEntry[]): Page {
  return {
    path: PATH,
    title: 'Events',
    handle(_incoming, outgoing, { pathname }) {
      if (pathname === `${PATH}.json`)
        return replyJsonDocument(outgoing, { events: recent().map(({ event, bus }) => ({ bus, event })) })
      if (pathname === PATH || pathname === `${PATH}/`) return replyHtml(outgoing, renderList(recent()))
      const entry = recent().find(({ event }) => pathname === `${PATH}/${event.id}`)
      return entry === undefined ? replyHtml(outgoing, renderMissing(), 404) : replyHtml(outgoing, renderEvent(entry))
    },
  }
}

function renderList(entries: JournalEntry[]): string {
  const rows = entries.map(
    ({ event, bus }) => `<li><a class="row" href="${PATH}/${escapeXml(event.id)}">
<span class="line"><strong>${escapeXml(event['detail-type'])}</strong><span class="quiet">${escapeXml(event.time)}</span></span>
<span class="preview">${escapeXml(`${event.source} on ${bus}: ${JSON.stringify(event.detail).slice(0, 160)}`)}</span></a></li>`,
  )
  const empty = '<p class="empty">No events yet.</p>'
  const main = `<div class="card">${rows.length === 0 ? empty : `<ul class="list">${rows.join('\n')}</ul>`}</div>`
  return layOutPage({ title: 'Events', main, refreshAfter: REFRESH_AFTER })
}

function renderEvent({ event, bus }: JournalEntry): string {
  const main = `<article class="card"><dl><dt>Bus</dt><dd>${escapeXml(bus)}</dd></dl>
<pre>${escapeXml(JSON.stringify(event, null, 2))}</pre></article>`
  return layOutPage({ title: event['detail-type'], main, back: { text: 'All events', href: PATH } })
}

function renderMissing(): string {
  const main = '<div class="card"><p class="empty">There is no such event among the last thousand.</p></div>'
  return layOutPage({ title: 'Not found', main, back: { text: 'All events', href: PATH } })
}
