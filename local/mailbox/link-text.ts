import { escapeXml } from '../http/xml.ts'

/** Ends before punctuation that belongs to the sentence and not to the address. */
const ADDRESS = /https?:\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]}]/g

/** Plain text as HTML: escaped, with its web addresses as links. */
export function linkText(text: string): string {
  let html = ''
  let end = 0
  for (const match of text.matchAll(ADDRESS)) {
    const address = escapeXml(match[0])
    html += `${escapeXml(text.slice(end, match.index))}<a href="${address}" rel="noreferrer noopener">${address}</a>`
    end = match.index + match[0].length
  }
  return html + escapeXml(text.slice(end))
}
