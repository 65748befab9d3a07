import { expect } from 'chai'
import type { Job } from '../../../../../containers/pocket/serve/job.ts'
import { createPainter } from '../../../../../containers/pocket/serve/painter.ts'

const JOB: Job = { kind: 'upscale', request: { image: new Uint8Array(0), target: { factor: 2 } } }

/** A thread whose program is this text. */
const threadOf = (program: string): URL => new URL(`data:text/javascript,${encodeURIComponent(program)}`)

const DIES_ONCE_ASKED = `import { parentPort } from 'node:worker_threads'
parentPort.on('message', () => process.exit(1))
parentPort.postMessage('ready')`

describe('the painting thread', () => {
  beforeEach(() => {
    process.env.LOG_LEVEL = 'ERROR'
  })
  afterEach(() => {
    delete process.env.LOG_LEVEL
  })

  it('says what is wrong with a picture', async () => {
    const painter = createPainter()
    const error = await painter.run(JOB).catch((cause: Error) => cause)
    expect(error).include({ name: 'InvalidPayload' })
    await painter.close()
  })

  it('fails the job it dies of, and another one takes the next job', async () => {
    const painter = createPainter(threadOf(DIES_ONCE_ASKED))
    const errors = await Promise.all([1, 2].map(() => painter.run(JOB).catch((cause: Error) => cause)))
    for (const error of errors)
      expect(error).include({ name: 'InferenceFailed', message: 'The painting thread ended in the middle of it' })
    await painter.close()
  })

  it('refuses all jobs when it cannot start', async () => {
    const painter = createPainter(threadOf('throw new Error("no")'))
    const error = await painter.run(JOB).catch((cause: Error) => cause)
    expect(error).include({ name: 'InferenceFailed' })
    expect(painter.isReady()).equal(false)
    expect(await painter.run(JOB).catch((cause: Error) => cause.name)).equal('InferenceFailed')
    await painter.close()
  })
})
