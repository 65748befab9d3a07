import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { log } from '../../../functions/shared/log.ts'
import { ContainerError, STATUS_OF } from './container-error.ts'
import { type InvokeContext, invoke } from './invoke.ts'

/** What SageMaker takes inline is 6 MB, what it fetches for async calls may be more; this is enough for any PNG. */
const MOST_BODY_BYTES = 64 * 1024 * 1024

type Handler = (request: IncomingMessage, response: ServerResponse, context: InvokeContext) => Promise<void>

const ROUTES: Readonly<Record<string, Handler>> = {
  'GET /ping': async (_, response, { painter }) => {
    reply(response, painter.isReady() ? 200 : 503, { status: painter.isReady() ? 'Healthy' : 'Starting' })
  },
  'POST /invocations': answerInvocation,
}

/** SageMaker's hosting contract: GET /ping and POST /invocations. */
export function createContainerServer(context: InvokeContext): Server {
  return createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    const handler = ROUTES[`${request.method} ${path}`]
    if (handler === undefined) {
      reply(response, 404, {
        error: {
          name: 'InvalidPayload',
          message: `There is no ${request.method} ${path} here; use GET /ping and POST /invocations`,
        },
      })
      return
    }
    handler(request, response, context).catch((error: unknown) => replyError(response, error))
  })
}

async function answerInvocation(
  request: IncomingMessage,
  response: ServerResponse,
  context: InvokeContext,
): Promise<void> {
  const started = context.clock.now()
  const told = (status: number, error?: unknown): void =>
    log.info('Invocation answered', {
      status,
      milliseconds: context.clock.now() - started,
      ...(error ? { error } : {}),
    })
  try {
    const answer = await invoke(await readBody(request), context)
    reply(response, 200, answer)
    told(200)
  } catch (error) {
    told(replyError(response, error), error instanceof ContainerError ? `${error.name}: ${error.message}` : error)
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MOST_BODY_BYTES)
      throw new ContainerError('InvalidPayload', `The body has more than ${MOST_BODY_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function replyError(response: ServerResponse, error: unknown): number {
  const known =
    error instanceof ContainerError ? error : new ContainerError('InferenceFailed', describe(error), { cause: error })
  const status = STATUS_OF[known.name]
  reply(response, status, { error: { name: known.name, message: known.message } })
  return status
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

function reply(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
