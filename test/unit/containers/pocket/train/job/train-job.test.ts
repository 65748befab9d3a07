import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, readdir, readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { createTrainingRoot, type TrainingRoot } from '../../../../../support/pocket-training.ts'

const PROGRAM = fileURLToPath(new URL('../../../../../../containers/pocket/train-job.ts', import.meta.url))

describe('the training program of the pocket model', function () {
  this.timeout(90_000)
  let training: TrainingRoot
  let program: ChildProcess | undefined

  const start = (): ChildProcess => {
    program = spawn(process.execPath, ['--import', 'tsx', PROGRAM], {
      env: { ...process.env, DARKROOM_ML_DIR: training.root },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return program
  }
  const exitOf = async (child: ChildProcess): Promise<unknown> => (await once(child, 'exit'))[0]

  afterEach(async () => {
    if (program?.exitCode === null) program.kill('SIGKILL')
    await training.remove()
  })

  it('puts the training away when it is told to stop, and finishes it when it is started again', async () => {
    training = await createTrainingRoot({ steps: 150 })
    const child = start()
    const exit = exitOf(child)
    for await (const line of createInterface({ input: child.stdout! })) {
      if (line.startsWith('progress')) child.kill('SIGTERM')
    }
    expect(await exit).equal(0)
    expect(await readdir(training.directory.checkpoints)).include('training-state.safetensors')
    expect((await readdir(training.directory.model)).join()).match(/^fox-step00000\d\d\d\.safetensors$/)
    const again = start()
    const [lines, code] = await Promise.all([textOf(again), exitOf(again)])
    expect(code).equal(0)
    expect(lines)
      .match(/^resumed at step \d+$/m)
      .match(/^progress step=150 of=150 /m)
    await access(`${training.directory.model}/fox.safetensors`)
  })

  it('leaves a sentence where it fails, and exits with 1', async () => {
    training = await createTrainingRoot({ family: 'sdxl' })
    expect(await exitOf(start())).equal(1)
    expect(await readFile(training.directory.failure, 'utf8')).match(/^This program trains pocket models only/)
  })
})

async function textOf(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout!) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
