import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Page } from '../http/page.ts'
import type { Mail, OutgoingMail } from './mail.ts'
import { createMailboxPage } from './mailbox-page.ts'

export interface MailboxOptions {
  /** Mails are kept in `mailbox.jsonl` in it. */
  dataDirectory: string
  clock: Clock
}

export interface Mailbox {
  /** Puts a mail on disk and then tells the listeners. */
  deliver(mail: OutgoingMail): Mail
  /** Newest first. */
  list(): Mail[]
  find(id: string): Mail | undefined
  /** Calls `listener` for every mail from now on; the returned function ends it. */
  onMail(listener: (mail: Mail) => void): () => void
  page: Page
}

/** The mailbox in which everything that SNS mails arrives. It survives restarts. */
export function createMailbox({ dataDirectory, clock }: MailboxOptions): Mailbox {
  mkdirSync(dataDirectory, { recursive: true })
  const file = join(dataDirectory, 'mailbox.jsonl')
  const mails = existsSync(file) ? readMails(readFileSync(file, 'utf8')) : []
  const listeners = new Set<(mail: Mail) => void>()
  const list = (): Mail[] => mails.toReversed()
  const find = (id: string): Mail | undefined => mails.find((mail) => mail.id === id)
  return {
    deliver({ from, to, subject, body }) {
      const id = String(mails.length + 1).padStart(6, '0')
      const mail: Mail = { id, receivedAt: new Date(clock.now()).toISOString(), from, to, subject, body }
      // The leading line break ends a line that a kill may have torn.
      appendFileSync(file, `\n${JSON.stringify(mail)}`)
      mails.push(mail)
      for (const listener of listeners) listener(mail)
      return mail
    },
    list,
    find,
    onMail(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    page: createMailboxPage({ list, find }),
  }
}

function readMails(text: string): Mail[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Mail]
    } catch {
      return []
    }
  })
}
