import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createMailbox } from '../../../../local/mailbox/create-mailbox.ts'

const clock = { now: () => Date.parse('2025-01-31T12:00:00Z'), setTimer: () => () => undefined }
const mail = (subject: string, body = 'Body') => ({ from: 'Darkroom', to: 'ann@example.com', subject, body })

describe('createMailbox', () => {
  let dataDirectory: string
  beforeEach(() => {
    dataDirectory = join(mkdtempSync(join(tmpdir(), 'darkroom-mailbox-')), 'data')
  })
  afterEach(() => rmSync(join(dataDirectory, '..'), { recursive: true }))

  it('lists mails newest first and finds them after a restart', () => {
    const mailbox = createMailbox({ dataDirectory, clock })
    mailbox.deliver(mail('first'))
    const second = mailbox.deliver(mail('second', 'two\nlines'))
    expect(second).to.deep.equal({
      id: '000002',
      receivedAt: '2025-01-31T12:00:00.000Z',
      ...mail('second', 'two\nlines'),
    })
    const restarted = createMailbox({ dataDirectory, clock })
    expect(restarted.list().map(({ subject }) => subject)).to.deep.equal(['second', 'first'])
    expect(restarted.find('000002')).to.deep.equal(second)
  })

  it('passes over a mail that a kill has torn and keeps those after it', () => {
    createMailbox({ dataDirectory, clock }).deliver(mail('whole'))
    appendFileSync(join(dataDirectory, 'mailbox.jsonl'), '\n{"id":"000002","subj')
    createMailbox({ dataDirectory, clock }).deliver(mail('after'))
    expect(
      createMailbox({ dataDirectory, clock })
        .list()
        .map(({ subject }) => subject),
    ).to.deep.equal(['after', 'whole'])
  })

  it('tells listeners until they leave', () => {
    const mailbox = createMailbox({ dataDirectory, clock })
    const heard: string[] = []
    const leave = mailbox.onMail(({ subject }) => heard.push(subject))
    mailbox.deliver(mail('one'))
    leave()
    mailbox.deliver(mail('two'))
    expect(heard).to.deep.equal(['one'])
  })

  describe('its page', () => {
    let server: Server
    let origin: string
    let mailbox: ReturnType<typeof createMailbox>
    beforeEach(async () => {
      mailbox = createMailbox({ dataDirectory, clock })
      server = createServer(
        (incoming, outgoing) =>
          void mailbox.page.handle(incoming, outgoing, new URL(incoming.url!, 'http://localhost')),
      )
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    })
    afterEach(() => server.close())

    const read = async (path: string) => {
      const response = await fetch(origin + path, { headers: { connection: 'close' } })
      return { status: response.status, headers: response.headers, body: await response.text() }
    }

    it('says so when there is no mail', async () => {
      expect((await read('/_darkroom/mailbox')).body).to.include('No mail yet')
    })

    it('escapes everything that a sender wrote and lets no script run', async () => {
      const hostile = '<script>alert("x")</script>'
      mailbox.deliver({
        from: hostile,
        to: hostile,
        subject: hostile,
        body: `${hostile} javascript:alert(1) http://e.example/"onclick="x`,
      })
      for (const path of ['/_darkroom/mailbox', '/_darkroom/mailbox/000001']) {
        const { body, headers } = await read(path)
        expect(body).to.not.include('<script')
        expect(body).to.include('&lt;script&gt;')
        expect(body).to.not.match(/href="[^"]*javascript:|onclick="/)
        expect(headers.get('content-security-policy'))
          .to.match(/default-src 'none'/)
          .and.not.match(/script-src/)
      }
    })

    it('links the addresses of a mail without the punctuation after them', async () => {
      mailbox.deliver(mail('Done', 'See http://127.0.0.1:3000/dev/merges/1?a=1&b=2. Or (https://example.com/x).'))
      const { body } = await read('/_darkroom/mailbox/000001')
      expect(body).to.include('<a href="http://127.0.0.1:3000/dev/merges/1?a=1&amp;b=2" rel="noreferrer noopener">')
      expect(body).to.include('>https://example.com/x</a>).')
    })

    it('gives all mails as JSON, newest first', async () => {
      mailbox.deliver(mail('one'))
      mailbox.deliver(mail('two'))
      const { mails } = JSON.parse((await read('/_darkroom/mailbox.json')).body) as {
        mails: Array<{ subject: string }>
      }
      expect(mails.map(({ subject }) => subject)).to.deep.equal(['two', 'one'])
    })

    it('answers 404 for a mail that is not there', async () => {
      expect((await read('/_darkroom/mailbox/000009')).status).to.equal(404)
    })
  })
})
