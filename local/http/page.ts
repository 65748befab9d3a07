import type { IncomingMessage, ServerResponse } from 'node:http'

/** Something for people to read on the AWS port, served to browsers without a signature. */
export interface Page {
  /** `/_darkroom/<name>`; the page gets every path below it too. */
  path: string
  title: string
  handle(incoming: IncomingMessage, outgoing: ServerResponse, url: URL): Promise<void> | void
}

/** Nothing may run in these pages, and nobody may frame them: what they show was written by others. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Answers with a page that can run no script and load nothing. */
export function replyHtml(outgoing: ServerResponse, html: string, statusCode = 200): void {
  reply(outgoing, { statusCode, type: 'text/html; charset=utf-8', body: html })
}

export function replyJsonDocument(outgoing: ServerResponse, value: unknown): void {
  reply(outgoing, {
    statusCode: 200,
    type: 'application/json; charset=utf-8',
    body: `${JSON.stringify(value, null, 2)}\n`,
  })
}

function reply(
  outgoing: ServerResponse,
  { statusCode, type, body }: { statusCode: number; type: string; body: string },
) {
  outgoing.writeHead(statusCode, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
  outgoing.end(body)
}
