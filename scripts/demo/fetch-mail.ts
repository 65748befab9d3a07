import { setTimeout as sleep } from 'node:timers/promises'
import type { Terminal } from './terminal.ts'

export interface Mail {
  subject: string
  body: string
  to: string
}

const PATIENCE_MILLISECONDS = 10_000
const POLL_MILLISECONDS = 50

/** Waits until the mailbox holds a mail whose text tells of `mark`. */
export async function fetchMail(mailboxUrl: string, mark: string, signal: AbortSignal): Promise<Mail> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS
  while (Date.now() < deadline) {
    const response = await fetch(`${mailboxUrl}.json`, { signal })
    const { mails } = (await response.json()) as { mails: Mail[] }
    const mail = mails.find(({ body }) => body.includes(mark))
    if (mail) return mail
    await sleep(POLL_MILLISECONDS, undefined, { signal })
  }
  throw new Error(`no mail about ${mark} came within ${PATIENCE_MILLISECONDS / 1000} s`)
}

/** Prints a mail as the person gets it. */
export function showMail(terminal: Terminal, { to, subject, body }: Mail): void {
  terminal.line(`\nMail to ${to}\nSubject: ${subject}\n`)
  terminal.line(body.replace(/^/gm, '  | '))
}
