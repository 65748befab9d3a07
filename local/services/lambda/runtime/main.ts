import { getHeapStatistics } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import { captureOutput } from './capture-output.ts'
import { errorLine, reportError } from './error-report.ts'
import { checkHandler, invokeHandler } from './invoke-handler.ts'
import { type Handler, loadHandler } from './load-handler.ts'
import type { Invoke, WorkerMessage, WorkerSettings } from './messages.ts'

// The program of a worker thread: loads one function's bundle, then answers one event after the other.

const settings = workerData as WorkerSettings
const NO_REQUEST = 'undefined'
let requestId = NO_REQUEST

const send = (message: WorkerMessage): void => parentPort!.postMessage(message)
const output = captureOutput(
  (line) => send({ kind: 'log', line }),
  () => requestId,
)

process.cwd = () => settings.root
process.on('uncaughtException', (error, origin) => {
  const rejected = origin === 'unhandledRejection'
  const report = reportError(error)
  output.log('ERROR', errorLine(rejected ? 'Unhandled Promise Rejection' : 'Uncaught Exception', error))
  send({
    kind: 'crashed',
    error: rejected
      ? { ...report, errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: String(error) }
      : report,
  })
  process.exit(128 + 1)
})

async function answer(handler: Handler, invoke: Invoke): Promise<void> {
  requestId = invoke.requestId
  const startedAt = performance.now()
  const measured = () => ({ durationMilliseconds: performance.now() - startedAt, memory: usedMemory() })
  try {
    const payload = await invokeHandler(handler, invoke, settings)
    output.flush()
    send({ kind: 'done', payload, ...measured() })
  } catch (error) {
    output.log('ERROR', errorLine('Invoke Error', error))
    output.flush()
    send({ kind: 'failed', error: reportError(error), ...measured() })
  }
}

function usedMemory(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

try {
  const handler = await loadHandler(settings.root, settings.handler)
  checkHandler(handler, settings)
  parentPort!.on('message', (invoke: Invoke) => void answer(handler, invoke))
  send({ kind: 'ready' })
} catch (error) {
  output.log('ERROR', errorLine('Uncaught Exception', error))
  send({ kind: 'init-failed', error: reportError(error) })
}
