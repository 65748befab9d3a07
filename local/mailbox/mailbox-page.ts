import { type Page, replyHtml, replyJsonDocument } from '../http/page.ts'
import { layOutPage } from '../http/page-layout.ts'
import { escapeXml } from '../http/xml.ts'
import { linkText } from './link-text.ts'
import type { Mail } from './mail.ts'

const PATH = '/_darkroom/mailbox'

/** Seconds; the list is what people keep open while something runs. */
const REFRESH_AFTER = 5

export interface MailSource {
  list(): Mail[]
  find(id: string): Mail | undefined
}

/** `/_darkroom/mailbox` (HTML), `/_darkroom/mailbox/<id>` (HTML) and `/_darkroom/mailbox.json`. */
export function createMailboxPage({ list, find }: MailSource): Page {
  return {
    path: PATH,
    title: 'Mailbox',
    handle(_incoming, outgoing, { pathname }) {
      if (pathname === `${PATH}.json`) return replyJsonDocument(outgoing, { mails: list() })
      if (pathname === PATH || pathname === `${PATH}/`) return replyHtml(outgoing, renderList(list()))
      const mail = find(pathname.slice(PATH.length + 1))
      return mail === undefined ? replyHtml(outgoing, renderMissing(), 404) : replyHtml(outgoing, renderMail(mail))
    },
  }
}

function renderList(mails: Mail[]): string {
  const rows = mails.map(
    ({ id, subject, body, to, receivedAt }) => `<li><a class="row" href="${PATH}/${escapeXml(id)}">
<span class="line"><strong>${escapeXml(subject)}</strong>${renderTime(receivedAt)}</span>
<span class="preview">${escapeXml(`To ${to}: ${preview(body)}`)}</span></a></li>`,
  )
  const empty = '<p class="empty">No mail yet. What SNS sends to an email subscription arrives here.</p>'
  const main = `<div class="card">${rows.length === 0 ? empty : `<ul class="list">${rows.join('\n')}</ul>`}</div>`
  return layOutPage({
    title: mails.length === 0 ? 'Mailbox' : `Mailbox (${mails.length})`,
    main,
    refreshAfter: REFRESH_AFTER,
  })
}

function renderMail({ subject, from, to, receivedAt, body }: Mail): string {
  const main = `<article class="card"><dl>
<dt>From</dt><dd>${escapeXml(from)}</dd>
<dt>To</dt><dd>${escapeXml(to)}</dd>
<dt>Received</dt><dd>${renderTime(receivedAt)}</dd>
</dl><pre>${linkText(body)}</pre></article>`
  return layOutPage({ title: subject, main, back: { text: 'All mail', href: PATH } })
}

function renderMissing(): string {
  const main = '<div class="card"><p class="empty">There is no such mail.</p></div>'
  return layOutPage({ title: 'Not found', main, back: { text: 'All mail', href: PATH } })
}

/** No script may run that knows the reader's time zone, so the zone is said. */
function renderTime(time: string): string {
  return `<time class="quiet" datetime="${escapeXml(time)}">${escapeXml(time.slice(0, 19).replace('T', ' '))} UTC</time>`
}

function preview(body: string): string {
  return body.replace(/\s+/g, ' ').trim().slice(0, 160)
}
