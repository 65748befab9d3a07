import type { IncomingMessage, ServerResponse } from 'node:http'
import { guessService } from './find-service.ts'
import { protocolOf } from './protocol.ts'
import { replyError } from './reply-error.ts'
import { AuthenticationError, wireErrorOf } from './sigv4/authentication-error.ts'

export interface Refusal {
  incoming: IncomingMessage
  outgoing: ServerResponse
  url: URL
  requestId: string
  thrown: unknown
}

/** Answers what kept a request from its service, in the words of that service's protocol. */
export function refuse({ incoming, outgoing, url, requestId, thrown }: Refusal): void {
  const protocol = protocolOf(incoming, guessService(incoming, url))
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const wire =
    thrown instanceof AuthenticationError
      ? wireErrorOf(thrown.problem, protocol)
      : { code: 'InternalFailure', statusCode: 500 }
  replyError(outgoing, protocol, { ...wire, message, requestId })
  incoming.resume()
}

/** Answers somebody who does not speak to AWS at all, and hangs up. */
export function refusePlainly(outgoing: ServerResponse, statusCode: number, text: string): void {
  outgoing.writeHead(statusCode, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  outgoing.end(`${text}\n`)
}
