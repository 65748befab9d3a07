import { createHash } from 'node:crypto'

const STYLE = `
:root { color-scheme: light dark; --ground: #f4f1ec; --paper: #fff; --ink: #1d1b19; --soft: #77706a; --accent: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground: #151312; --paper: #211e1c; --ink: #f2ede8; --soft: #a39a92; --accent: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 2rem 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(100%, 44rem); background: var(--paper); border-radius: 1rem; overflow: hidden; box-shadow: 0 1rem 3rem rgb(0 0 0 / .18); }
figure { margin: 0; }
img { display: block; width: 100%; height: auto; min-height: 12rem; background: var(--ground); image-rendering: auto; }
.words { padding: 1.5rem 2rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 .5rem; font-size: 1.25rem; font-weight: 600; white-space: pre-wrap; }
p { margin: 0 0 .75rem; color: var(--soft); }
p.reason { color: var(--accent); white-space: pre-wrap; }
a { color: inherit; }
form { display: flex; gap: .5rem; padding: 0 2rem 1.5rem; }
input { flex: 1; min-width: 0; padding: .6rem .8rem; font: inherit; color: inherit; background: var(--ground); border: 1px solid transparent; border-radius: .5rem; }
button { padding: .6rem 1.1rem; font: inherit; font-weight: 600; color: var(--paper); background: var(--ink); border: 0; border-radius: .5rem; cursor: pointer; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** What a page shows. Every text is escaped here; addresses must be http(s). */
export interface Page {
  title: string
  /** What was asked for, as the heading; the title where nothing was. */
  prompt?: string
  images?: readonly string[]
  /** What happened, where it was no success. */
  reason?: string
  note: string
  links: readonly { text: string; address: string }[]
  /** Where another prompt is sent. */
  formAddress: string
  /** Loads this address after some seconds. */
  refresh?: { seconds: number; address: string }
}

/** Text as it may stand in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] as string)
}

/** The page as HTML, without scripts. */
export function renderPage(page: Page): string {
  const { title, prompt, images = [], reason, note, links, formAddress, refresh } = page
  const shown = prompt ?? title
  const figures = images.map(
    (address) => `<figure><img src="${escapeHtml(address)}" alt="${escapeHtml(shown)}"></figure>`,
  )
  const anchors = links.map(({ text, address }) => `<a href="${escapeHtml(address)}">${escapeHtml(text)}</a>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh ? `<meta http-equiv="refresh" content="${refresh.seconds}; url=${escapeHtml(refresh.address)}">\n` : ''}<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${figures.join('\n')}
<div class="words">
<h1>${escapeHtml(shown)}</h1>
${reason === undefined ? '' : `<p class="reason">${escapeHtml(reason)}</p>\n`}<p>${escapeHtml(note)}</p>
<p>${anchors.join(' · ')}</p>
</div>
<form action="${escapeHtml(formAddress)}" method="get">
<input name="prompt" aria-label="Prompt" placeholder="Another picture: describe it" maxlength="1000" required>
<button>Paint</button>
</form>
</main>
</body>
</html>
`
}

/** The headers that go with a page: nothing runs on it, and pictures come from where the given ones are. */
export function pageHeaders(images: readonly string[]): Record<string, string> {
  const origins = [...new Set(images.map((address) => new URL(address).origin))]
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': [
      "default-src 'none'",
      `img-src ${origins.join(' ') || "'none'"}`,
      `style-src 'sha256-${STYLE_HASH}'`,
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    // The address of a picture is its key: it is told to nobody.
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  }
}
