import { escapeXml } from './xml.ts'

export interface Layout {
  title: string
  /** Trusted HTML: the caller has escaped what it was given. */
  main: string
  /** Links above the title: text to address. */
  back?: { text: string; href: string }
  /** Seconds after which the browser loads the page again. */
  refreshAfter?: number
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1b1f; --soft: #63636e; --line: #e3e3e8; --paper: #fff; --ground: #f6f6f8; --accent: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececf1; --soft: #9c9ca8; --line: #33333b; --paper: #1f1f24; --ground: #151518; --accent: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header, main { max-width: 52rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.25rem; display: flex; align-items: baseline; gap: .75rem; flex-wrap: wrap; }
header .brand { color: var(--accent); font-weight: 650; letter-spacing: .01em; text-decoration: none; }
header .back { color: var(--soft); }
h1 { font-size: 1.5rem; line-height: 1.3; margin: .35rem 0 1.25rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
a { color: var(--accent); }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; overflow: hidden; }
.list { list-style: none; margin: 0; padding: 0; }
.list li + li { border-top: 1px solid var(--line); }
.row { display: block; padding: .85rem 1.1rem; color: inherit; text-decoration: none; }
a.row:hover, a.row:focus-visible { background: color-mix(in srgb, var(--accent) 6%, transparent); }
.row .line { display: flex; gap: 1rem; justify-content: space-between; align-items: baseline; }
.row strong { font-weight: 600; overflow-wrap: anywhere; }
.quiet { color: var(--soft); font-size: .875rem; }
.row .quiet { white-space: nowrap; }
.row .preview { color: var(--soft); font-size: .875rem; display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.empty { padding: 2.5rem 1.1rem; text-align: center; color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; padding: .9rem 1.1rem; border-bottom: 1px solid var(--line); font-size: .9rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
pre { margin: 0; padding: 1.1rem; white-space: pre-wrap; overflow-wrap: anywhere; font: 13.5px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
footer { max-width: 52rem; margin: 1.25rem auto 3rem; padding: 0 1.25rem; }
`

/** The frame of every page that the laptop stack shows: one stylesheet inside, light and dark, no scripts. */
export function layOutPage({ title, main, back, refreshAfter }: Layout): string {
  const refresh = refreshAfter === undefined ? '' : `<meta http-equiv="refresh" content="${refreshAfter}">`
  const link = back === undefined ? '' : `<a class="back" href="${escapeXml(back.href)}">${escapeXml(back.text)}</a>`
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${refresh}
<title>${escapeXml(title)} · Darkroom</title><style>${STYLE}</style></head>
<body>
<header><a class="brand" href="/">Darkroom</a>${link}</header>
<main><h1>${escapeXml(title)}</h1>
${main}
</main>
</body>
</html>
`
}
