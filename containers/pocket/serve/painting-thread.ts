import { parentPort } from 'node:worker_threads'
import { ContainerError } from './container-error.ts'
import type { Job, JobAnswer } from './job.ts'
import { runJob } from './run-job.ts'

/** The thread that computes, so that the server can answer pings meanwhile. Says 'ready' once, then answers each job. */
parentPort?.on('message', async (job: Job) => {
  parentPort?.postMessage(await answer(job))
})
parentPort?.postMessage('ready')

async function answer(job: Job): Promise<JobAnswer> {
  try {
    return { result: await runJob(job) }
  } catch (error) {
    const name = error instanceof ContainerError ? error.name : 'InferenceFailed'
    return { error: { name, message: (error as Error).message } }
  }
}
