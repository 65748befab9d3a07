import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import {
  makeDataDirectory,
  removeDataDirectory,
  type StackProcess,
  startStackProcess,
} from '../support/stack-process.ts'

const start = (...words: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'local/main.ts', ...words], { encoding: 'utf8' })

describe('npm start', () => {
  let stack: StackProcess

  before(async function () {
    this.timeout(120_000)
    stack = await startStackProcess()
  })

  after(async () => {
    await stack.stop()
    removeDataDirectory(stack.directory)
  })

  it('tells where everything is, and how long it took', () => {
    expect(stack.printed()).to.contain(stack.file.endpoint)
    expect(stack.printed()).to.contain(stack.file.apiUrl)
    expect(stack.printed()).to.match(/Darkroom is ready after \d+\.\d\d s/)
  })

  it('refuses a port that is in use, and names the option', () => {
    const directory = makeDataDirectory()
    const { port } = new URL(stack.file.endpoint)
    const { status, stderr } = start('--port', port, '--data-dir', directory)
    expect(status).to.equal(1)
    expect(stderr).to.contain(`port ${port} is in use`).and.to.contain('--port')
    removeDataDirectory(directory)
  })

  it('refuses a data directory that another stack works on', () => {
    const { status, stderr } = start('--port', '0', '--data-dir', stack.directory)
    expect(status).to.equal(1)
    expect(stderr).to.contain('already runs').and.to.contain('--data-dir')
  })

  it('explains an option that it does not know', () => {
    const { status, stderr } = start('--prot', '1')
    expect(status).to.equal(2)
    expect(stderr).to.contain("'--prot'").and.to.contain('--api-port')
  })

  it('stops in order when asked to, and starts again where it was', async () => {
    expect(await stack.stop()).to.equal(0)
    stack = await startStackProcess(stack.directory)
    expect((await fetch(`${stack.file.apiUrl}/ping`, { headers: { 'x-api-key': stack.file.apiKey } })).status).to.equal(
      200,
    )
  }).timeout(60_000)

  it('forgets everything with --reset', async () => {
    const { apiKey } = stack.file
    await stack.stop()
    stack = await startStackProcess(stack.directory, ['--reset'])
    expect(stack.file.apiKey).not.to.equal(apiKey)
  }).timeout(60_000)
})
