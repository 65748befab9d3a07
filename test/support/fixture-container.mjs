// A container program for tests that speaks the hosting contract and misbehaves on demand: as a whole by its
// environment, for one request by the request's body.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

const {
  FIXTURE_BEHAVIOUR: behaviour = 'healthy',
  SAGEMAKER_BIND_TO_PORT,
  DARKROOM_BIND_HOST,
  DARKROOM_MODEL_DIR,
} = process.env

console.log(`fixture container: ${behaviour}`)
if (behaviour === 'crash-at-start') process.exit(1)

const reply = (outgoing, status, body, type = 'application/json') => {
  outgoing.writeHead(status, { 'content-type': type })
  outgoing.end(body)
}

const REPLIES = {
  echo: ({ outgoing, asked, incoming }) => {
    const { environment, file, ...rest } = asked
    const answer = {
      ...rest,
      headers: incoming.headers,
      ...(environment && { environment: process.env }),
      ...(file && { content: readFileSync(join(DARKROOM_MODEL_DIR, file), 'utf8') }),
      pid: process.pid,
    }
    reply(outgoing, 200, JSON.stringify(answer))
  },
  slow: (call) => setTimeout(REPLIES.echo, call.asked.milliseconds, call),
  crash: () => process.exit(1),
  null: ({ outgoing }) => reply(outgoing, 200, 'null'),
  error: ({ outgoing }) => reply(outgoing, 500, '{"error":{"name":"InferenceFailed","message":"no paint left"}}'),
  refuse: ({ outgoing }) => reply(outgoing, 400, '{"error":{"name":"InvalidPayload","message":"steps: not a number"}}'),
  garbage: ({ outgoing }) => reply(outgoing, 200, '<<<\u0000>>>', 'text/plain'),
  never: () => undefined,
}

createServer(async (incoming, outgoing) => {
  if (incoming.url === '/ping') return reply(outgoing, behaviour === 'never-healthy' ? 503 : 200, '')
  let text = ''
  for await (const chunk of incoming) text += chunk
  const asked = JSON.parse(text)
  REPLIES[asked.behave ?? 'echo']({ incoming, outgoing, asked })
}).listen(Number(SAGEMAKER_BIND_TO_PORT), DARKROOM_BIND_HOST)

process.on('SIGTERM', () => process.exit(0))
