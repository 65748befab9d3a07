import { Worker } from 'node:worker_threads'
import { log } from '../../../functions/shared/log.ts'
import { ContainerError } from './container-error.ts'
import type { Job, JobAnswer, JobResult } from './job.ts'

/** A thread that does jobs one after the other. */
export interface Painter {
  /** Whether a job could be done now, or is being done. */
  isReady(): boolean
  /** Does a job when those before it are done. Throws `ContainerError`. */
  run(job: Job): Promise<JobResult>
  close(): Promise<void>
}

interface Waiting {
  readonly job: Job
  readonly resolve: (result: JobResult) => void
  readonly reject: (error: Error) => void
}

const THREAD = new URL('painting-thread.ts', import.meta.url)

/** A thread does not inherit the loader that reads TypeScript, so it is told to load it first. */
const BOOT = `const { workerData } = require('node:worker_threads')
import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then(({ register }) => {
  register()
  return import(workerData)
})`

/** Starts the thread. When it dies, the job it had fails, and a new one takes the next; one that cannot even start is not started again. */
export function createPainter(thread: URL = THREAD): Painter {
  const queue: Waiting[] = []
  let current: Waiting | undefined
  let state: 'starting' | 'ready' | 'broken' | 'closed' = 'starting'

  const start = (): Worker => {
    const started = new Worker(BOOT, { eval: true, workerData: thread.href })
    started.on('message', (message: 'ready' | JobAnswer) => {
      if (message === 'ready') state = 'ready'
      else settle(message)
      next()
    })
    started.on('error', (error) => log.error('The painting thread failed', { error }))
    started.on('exit', () => {
      if (state === 'closed') return
      state = state === 'ready' ? 'starting' : 'broken'
      fail('The painting thread ended in the middle of it')
      if (state === 'starting') worker = start()
      else for (const waiting of queue.splice(0)) refuse(waiting)
    })
    return started
  }
  const next = (): void => {
    if (current !== undefined || state !== 'ready') return
    current = queue.shift()
    if (current !== undefined) worker.postMessage(current.job)
  }
  const settle = (answer: JobAnswer): void => {
    if ('result' in answer) current?.resolve(answer.result)
    else current?.reject(new ContainerError(answer.error.name, answer.error.message))
    current = undefined
  }
  const fail = (message: string): void => {
    current?.reject(new ContainerError('InferenceFailed', message))
    current = undefined
  }

  let worker = start()
  return {
    isReady: () => state === 'ready',
    run: (job) =>
      new Promise((resolve, reject) => {
        const waiting = { job, resolve, reject }
        if (state === 'broken' || state === 'closed') return refuse(waiting)
        queue.push(waiting)
        next()
      }),
    close: async () => {
      state = 'closed'
      await worker.terminate()
      fail('The container is shutting down')
      for (const waiting of queue.splice(0)) refuse(waiting)
    },
  }
}

function refuse({ reject }: Waiting): void {
  reject(new ContainerError('InferenceFailed', 'The container has no painting thread; its log says why'))
}
