import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { SageMakerClient, StopTrainingJobCommand } from '@aws-sdk/client-sagemaker'
import { expect } from 'chai'
import { type Clients, eventually } from '../../support/hosting-fixture.ts'
import {
  createTrainingJob,
  describeTrainingJob,
  keysUnder,
  statusesOf,
  untilSecondaryStatus,
  workspaces,
} from '../../support/training-fixture.ts'

const NAME = 'survivor'

describe('A training job after kill -9', () => {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-kill-'))
  const children: ChildProcess[] = []
  after(() => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  })

  const start = async (): Promise<Clients & { kill(): Promise<void> }> => {
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
  const log = (name = NAME): string => readFileSync(join(directory, `logs/training-${name}.log`), 'utf8')
  const pidOf = (name: string): number => (JSON.parse(/^\{"pid".*$/m.exec(log(name))![0]) as { pid: number }).pid

  it('leaves no program behind, goes on from its checkpoints, and one that was being stopped is stopped', async () => {
    const first = await start()
    const hyperparameters = { steps: '30', pause: '50', tell: 'me' }
    await createTrainingJob(first, { name: NAME, behaviour: 'slow', hasCheckpoints: true, hyperparameters })
    await createTrainingJob(first, { name: 'stubborn', behaviour: 'stubborn', hyperparameters: { tell: 'me' } })
    await eventually(async () => (await keysUnder(first, `checkpoints/${NAME}/`)).length > 0)
    await eventually(async () => (await describeTrainingJob(first, 'stubborn')).FinalMetricDataList)
    await first.client(SageMakerClient).send(new StopTrainingJobCommand({ TrainingJobName: 'stubborn' }))
    const pids = [pidOf(NAME), pidOf('stubborn')]
    await first.kill()

    const second = await start()
    const job = await untilSecondaryStatus(second, NAME, 'Completed')
    expect(statusesOf(job)).to.deep.equal([
      ...['Starting', 'Downloading', 'Training'],
      ...['Starting', 'Downloading', 'Training', 'Uploading', 'Completed'],
    ])
    expect(log()).to.match(/^resumed at step [1-9]/m)
    expect(await keysUnder(second, `models/${NAME}/`)).to.have.length(1)
    expect((await describeTrainingJob(second, 'stubborn')).TrainingJobStatus).to.equal('Stopped')
    await eventually(() => !pids.some(isAlive), 12_000)
    expect(workspaces({ directory })).to.deep.equal([])
    await second.kill()
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
