import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Page, replyHtml, replyJsonDocument } from './page.ts'
import { layOutPage } from './page-layout.ts'
import { escapeXml } from './xml.ts'

export interface Served {
  services: string[]
  pages: Page[]
  region: string
  accountId: string
}

/** Answers `GET /`: what is served here, as HTML for a browser and as JSON for everybody else. */
export function replyIndex(incoming: IncomingMessage, outgoing: ServerResponse, served: Served): void {
  const { services, pages, region, accountId } = served
  if (!(incoming.headers.accept ?? '').includes('text/html')) {
    const list = pages.map(({ path, title }) => ({ path, title }))
    replyJsonDocument(outgoing, { name: 'darkroom laptop stack', region, accountId, services, pages: list })
    return
  }
  const rows = pages.map(
    ({ path, title }) => `<li><a class="row" href="${escapeXml(path)}"><strong>${escapeXml(title)}</strong></a></li>`,
  )
  const main = `<div class="card"><ul class="list">${rows.join('')}</ul></div>
<p>This port speaks the wire protocols of AWS: ${escapeXml(services.join(', '))}.</p>
<div class="card"><pre>export AWS_ENDPOINT_URL=http://${escapeXml(incoming.headers.host ?? '127.0.0.1:4566')}
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=${escapeXml(region)}
aws stepfunctions list-state-machines</pre></div>
<p class="quiet">Account ${escapeXml(accountId)}, region ${escapeXml(region)}</p>`
  replyHtml(outgoing, layOutPage({ title: 'Laptop stack', main }))
}
