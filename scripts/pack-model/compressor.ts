import { Worker } from 'node:worker_threads'

/** Compresses pieces on several threads; members that are put one behind the other are one gzip file. */
export interface Compressor {
  /** One gzip member. `bytes` is given away: do not use it any more. */
  compress(bytes: Uint8Array<ArrayBuffer>, level: number): Promise<Uint8Array>
  close(): Promise<void>
}

interface Job {
  bytes: Uint8Array<ArrayBuffer>
  level: number
  resolve(packed: Uint8Array): void
  reject(error: unknown): void
}

export function createCompressor(threads: number): Compressor {
  const waiting: Job[] = []
  const idle: Worker[] = []
  const running = new Map<Worker, Job>()
  const next = (worker: Worker): void => {
    const job = waiting.shift()
    if (!job) return void idle.push(worker)
    running.set(worker, job)
    worker.postMessage({ bytes: job.bytes, level: job.level }, [job.bytes.buffer])
  }
  const settle = (worker: Worker, act: (job: Job) => void): void => {
    const job = running.get(worker)
    running.delete(worker)
    if (job) act(job)
  }
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL('./compress-worker.mjs', import.meta.url), { execArgv: [] })
    worker.on('message', (packed: Uint8Array) => {
      settle(worker, (job) => job.resolve(packed))
      next(worker)
    })
    worker.on('error', (error) => settle(worker, (job) => job.reject(error)))
    return worker
  })
  idle.push(...workers)
  return {
    compress: (bytes, level) =>
      new Promise((resolve, reject) => {
        waiting.push({ bytes, level, resolve, reject })
        const worker = idle.shift()
        if (worker) next(worker)
      }),
    close: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  }
}
