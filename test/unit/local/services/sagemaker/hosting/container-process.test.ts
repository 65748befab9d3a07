import { once } from 'node:events'
import { expect } from 'chai'
import {
  type ContainerProcess,
  startContainer,
} from '../../../../../../local/services/sagemaker/hosting/container-process.ts'

const DEAF = "process.on('SIGTERM', () => console.log('deaf')); setInterval(() => {}, 1000); console.log(process.pid)"

describe('the program of a container', () => {
  let lines: string[]
  let onLine: (line: string) => void
  let program: ContainerProcess
  let pid: number

  beforeEach(async () => {
    lines = []
    const first = new EventTarget()
    onLine = (line) => {
      lines.push(line)
      first.dispatchEvent(new Event('line'))
    }
    const said = once(first, 'line')
    program = startContainer({
      words: [process.execPath, '-e', DEAF],
      environment: {},
      workingDirectory: process.cwd(),
      onLine: (line) => onLine(line),
    })
    await said
    pid = Number(lines[0])
  })

  afterEach(() => {
    if (isThere()) process.kill(pid, 'SIGKILL')
  })

  const isThere = (): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  it('is made to end when its time is over, however deaf it is', async () => {
    await program.stop(200)
    expect(await program.exitCode).to.equal(137)
    expect(isThere()).to.equal(false)
    expect(lines).to.include('deaf')
  })

  it('gets no more time by being asked again', async () => {
    const startedAt = performance.now()
    await Promise.all([program.stop(200), program.stop()])
    expect(isThere()).to.equal(false)
    expect(performance.now() - startedAt).to.be.lessThan(4000)
    expect(program.isRunning).to.equal(false)
  })
})
