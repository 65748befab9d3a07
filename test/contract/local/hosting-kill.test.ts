import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { InvokeEndpointAsyncCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { expect } from 'chai'
import {
  type Clients,
  createEndpoint,
  describeEndpoint,
  eventually,
  readObject,
  untilStatus,
} from '../../support/hosting-fixture.ts'

const NAME = 'survivor'

interface HostingProcess extends Clients {
  kill(): Promise<void>
}

describe('SageMaker on the laptop after kill -9', () => {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-kill-'))
  const children: ChildProcess[] = []
  after(() => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  })

  const start = async (): Promise<HostingProcess> => {
    const words = ['--import', 'tsx', 'test/support/serve-hosting-forever.ts', directory]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    const [endpoint] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string]
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    return {
      client: (create) =>
        new create({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1, forcePathStyle: true }),
      async kill() {
        child.kill('SIGKILL')
        await once(child, 'exit')
      },
    }
  }
  const invoke = async (hosting: HostingProcess, request: object): Promise<string> => {
    const { OutputLocation } = await hosting
      .client(SageMakerRuntimeClient)
      .send(new InvokeEndpointAsyncCommand({ EndpointName: NAME, Body: Buffer.from(JSON.stringify(request)) }))
    return OutputLocation!
  }
  const output = async (hosting: HostingProcess, location: string): Promise<{ pid: number }> =>
    JSON.parse(await eventually(() => readObject(hosting, location).catch(() => undefined))) as { pid: number }

  it('leaves no container behind, and goes on with endpoints and accepted invocations', async () => {
    const first = await start()
    await createEndpoint(first, { name: NAME, isAsync: true, concurrency: 1 })
    await untilStatus(first, NAME, 'InService')
    const { pid } = await output(first, await invoke(first, {}))
    await createEndpoint(first, { name: 'unborn', environment: {}, isAsync: true })
    const locations = [await invoke(first, { behave: 'slow', milliseconds: 600 })]
    for (const count of [1, 2, 3]) locations.push(await invoke(first, { count }))
    await first.kill()
    await eventually(() => !isAlive(pid))

    const second = await start()
    expect(await describeEndpoint(second, NAME)).to.include({ EndpointStatus: 'InService' })
    const outputs = await Promise.all(locations.map((location) => output(second, location)))
    expect(new Set(outputs.map((one) => one.pid)).size, 'one new container answered all').to.equal(1)
    expect(outputs[0]!.pid).to.not.equal(pid)
    await untilStatus(second, 'unborn', 'InService')
    await second.kill()
    await eventually(() => !isAlive(outputs[0]!.pid))
    expect(readdirSync(directory)).to.include('sagemaker')
  }).timeout(40_000)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
