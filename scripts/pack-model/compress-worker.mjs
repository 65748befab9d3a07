import { parentPort } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'

/** Each message is a piece of the archive; the answer is a gzip member of its own. */
parentPort.on('message', ({ bytes, level }) => {
  const packed = new Uint8Array(gzipSync(bytes, { level }))
  parentPort.postMessage(packed, [packed.buffer])
})
