import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect } from 'chai'
import { weightsPath } from '../../../../../containers/pocket/weights/shipped-weights.ts'
import { systemClock } from '../../../../../local/clock.ts'
import { type S3TestServer, startS3Server } from '../../../../support/s3-server.ts'

const PROGRAM = 'containers/pocket/serve.ts'

describe('the pocket container’s program', function () {
  this.timeout(60_000)
  let directory: string
  let storage: S3TestServer
  let program: ChildProcess
  let port: number

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pocket-serve-'))
    storage = await startS3Server({ dataDirectory: join(directory, 'data'), clock: systemClock })
    const AWS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' }
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    const client = new S3Client({ endpoint: storage.endpoint, region: 'us-east-1', credentials, forcePathStyle: true })
    await client.send(new CreateBucketCommand({ Bucket: 'models' }))
    const Body = await readFile(weightsPath('pocket-base'))
    await client.send(new PutObjectCommand({ Bucket: 'models', Key: 'Stable-diffusion/a b.safetensors', Body }))
    client.destroy()
    program = spawn(process.execPath, ['--import', 'tsx', PROGRAM], {
      env: {
        ...process.env,
        ...AWS,
        LOG_LEVEL: 'INFO',
        AWS_ENDPOINT_URL: storage.endpoint,
        SAGEMAKER_BIND_TO_PORT: '0',
        DARKROOM_BIND_HOST: '127.0.0.1',
        DARKROOM_MODEL_DIR: join(directory, 'none'),
        DARKROOM_CACHE_DIR: directory,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const line of createInterface({ input: program.stdout! })) {
      port = JSON.parse(line).port
      break
    }
    while ((await fetch(`http://127.0.0.1:${port}/ping`)).status !== 200)
      await new Promise((resolve) => setTimeout(resolve, 25))
  })

  after(async () => {
    program?.kill('SIGKILL')
    await storage?.stop()
    await rm(directory, { recursive: true })
  })

  const invoke = async (
    models: object | null,
  ): Promise<{ status: number; body: { info: string; error?: { name: string; message: string } } }> => {
    const payload_string = JSON.stringify({ prompt: 'a red circle on blue', steps: 1, seed: 3, width: 32, height: 32 })
    const response = await fetch(`http://127.0.0.1:${port}/invocations`, {
      method: 'POST',
      body: JSON.stringify({ task: 'txt2img', models, payload_string }),
    })
    return { status: response.status, body: (await response.json()) as { info: string } }
  }

  it('paints with the shipped weights when nothing else is there', async () => {
    const { status, body } = await invoke(null)
    expect(status).equal(200)
    expect(JSON.parse(body.info).sd_model_name).equal('pocket-base')
  })

  it('fetches a model from S3 by its exact name', async () => {
    const named = (model_name: string): object => ({
      'Stable-diffusion': [{ model_name, s3: 's3://models/Stable-diffusion' }],
    })
    const found = await invoke(named('a b.safetensors'))
    expect(found.status).equal(200)
    expect(JSON.parse(found.body.info).sd_model_name).equal('a b')
    const missing = await invoke(named('a.safetensors'))
    expect(missing.status).equal(404)
    expect(missing.body.error?.name).equal('ModelNotFound')
  })

  it('ends at SIGTERM and leaves nothing in its cache', async () => {
    program.kill('SIGTERM')
    const [code] = await once(program, 'exit')
    expect(code).equal(0)
    expect(await readdir(directory)).deep.equal(['data'])
  })
})
