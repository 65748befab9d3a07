import type { ServerResponse } from 'node:http'
import type { Protocol } from './protocol.ts'
import { escapeXml } from './xml.ts'

/** An error on its way to the wire. */
export interface WireErrorReply {
  code: string
  message: string
  statusCode: number
  requestId: string
  /** Further members of JSON errors. */
  details?: Record<string, unknown>
}

type Writer = (outgoing: ServerResponse, error: WireErrorReply) => void

const replyJson =
  (version: '1.0' | '1.1'): Writer =>
  (outgoing, error) =>
    send(outgoing, error, {
      type: `application/x-amz-json-${version}`,
      body: JSON.stringify({ __type: error.code, message: error.message, ...error.details }),
    })

const WRITERS: Record<Protocol, Writer> = {
  'json-1.0': replyJson('1.0'),
  'json-1.1': replyJson('1.1'),
  'rest-json': (outgoing, error) => {
    outgoing.setHeader('x-amzn-errortype', error.code)
    const body = JSON.stringify({ message: error.message, ...error.details })
    send(outgoing, error, { type: 'application/json', body })
  },
  query: (outgoing, error) => {
    const fault = error.statusCode >= 500 ? 'Receiver' : 'Sender'
    const inner = `<Type>${fault}</Type><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message>`
    const body = `<ErrorResponse><Error>${inner}</Error><RequestId>${error.requestId}</RequestId></ErrorResponse>`
    send(outgoing, error, { type: 'text/xml', body })
  },
  s3: (outgoing, error) => {
    outgoing.setHeader('x-amz-request-id', error.requestId)
    const inner = `<Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message><RequestId>${error.requestId}</RequestId>`
    send(outgoing, error, {
      type: 'application/xml',
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner}<HostId>darkroom</HostId></Error>`,
    })
  },
}

/** Answers an error in the form that clients of the protocol parse. */
export function replyError(outgoing: ServerResponse, protocol: Protocol, error: WireErrorReply): void {
  if (outgoing.headersSent) {
    outgoing.destroy()
    return
  }
  outgoing.setHeader('x-amzn-requestid', error.requestId)
  WRITERS[protocol](outgoing, error)
}

function send(outgoing: ServerResponse, { statusCode }: WireErrorReply, reply: { type: string; body: string }): void {
  outgoing.writeHead(statusCode, { 'content-type': reply.type, 'content-length': Buffer.byteLength(reply.body) })
  outgoing.end(reply.body)
}
