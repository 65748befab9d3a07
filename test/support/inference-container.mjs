// A container program for tests that takes Darkroom's requests, reads the parameters from S3 as ours do, and misbehaves
// when the prompt says so.
import { createServer } from 'node:http'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'

const s3 = new S3Client({ forcePathStyle: true })

/** One red pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const paint = (parameters) => ({
  images: [PIXEL],
  parameters,
  info: JSON.stringify({ prompt: parameters.prompt, infotexts: [`${parameters.prompt}\nSteps: 1`] }),
})

/** What is answered, by the first word of the prompt. */
const ANSWERS = {
  null: () => [200, 'null'],
  error: () => [507, JSON.stringify({ error: { name: 'OutOfMemory', message: 'no room for 4096 × 4096' } })],
  politely: () => [
    200,
    JSON.stringify({ error: { name: 'ModelNotFound', message: 'castle.safetensors is not there' } }),
  ],
  garbage: () => [200, '<html>502 Bad Gateway</html>'],
  never: () => new Promise(() => {}),
  slowly: async (parameters) => {
    await pause(1500)
    return [200, JSON.stringify(paint(parameters))]
  },
}

async function readParameters(location) {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location)
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
  return JSON.parse(await Body.transformToString())
}

createServer(async (incoming, outgoing) => {
  if (incoming.url === '/ping') return outgoing.end()
  let text = ''
  for await (const chunk of incoming) text += chunk
  const parameters = await readParameters(JSON.parse(text).param_s3)
  const answer = ANSWERS[String(parameters.prompt).split(' ')[0]] ?? (() => [200, JSON.stringify(paint(parameters))])
  const [status, body] = await answer(parameters)
  outgoing.writeHead(status, { 'content-type': 'application/json' })
  outgoing.end(body)
}).listen(Number(process.env.SAGEMAKER_BIND_TO_PORT), process.env.DARKROOM_BIND_HOST)

process.on('SIGTERM', () => process.exit(0))
