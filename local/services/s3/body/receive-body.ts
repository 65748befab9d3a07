import { createHash, type Hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type ChecksumAlgorithm, checksumTraits } from '../checksums/checksum-algorithms.ts'
import type { RunningChecksum } from '../checksums/running-checksum.ts'
import { S3Error } from '../s3-error.ts'
import { createAwsChunkedDecoder } from './aws-chunked.ts'
import type { ExpectedDigests } from './expected-digests.ts'

/** Takes payload in order. May return a promise when it cannot take more at once. */
export type BodySink = (payload: Buffer) => Promise<void> | void

/** What was received and has been verified. */
export interface ReceivedBody {
  size: number
  /** Hexadecimal. */
  md5: string
  /** Base64 values of the sender's algorithm and of those asked for. */
  checksums: Partial<Record<ChecksumAlgorithm, string>>
}

interface Digesting {
  md5: Hash
  sha256: Hash | undefined
  checksums: Map<ChecksumAlgorithm, RunningChecksum>
  size: number
}

const startDigesting = (expected: ExpectedDigests, wanted: ChecksumAlgorithm[]): Digesting => {
  const algorithms = new Set([...wanted, ...(expected.checksum ? [expected.checksum.algorithm] : [])])
  return {
    md5: createHash('md5'),
    sha256: expected.sha256 === undefined ? undefined : createHash('sha256'),
    checksums: new Map([...algorithms].map((algorithm) => [algorithm, checksumTraits(algorithm).start()])),
    size: 0,
  }
}

const consume = async (digesting: Digesting, payload: Buffer, sink: BodySink): Promise<void> => {
  digesting.size += payload.length
  digesting.md5.update(payload)
  digesting.sha256?.update(payload)
  for (const checksum of digesting.checksums.values()) checksum.update(payload)
  await sink(payload)
}

const verifyChecksum = (
  checksums: ReceivedBody['checksums'],
  expected: ExpectedDigests['checksum'],
  trailers: Map<string, string>,
): void => {
  if (!expected) return
  const value = expected.value ?? trailers.get(expected.trailer!)
  if (value === undefined) {
    throw new S3Error('InvalidRequest', 'The trailing header announced in x-amz-trailer was not sent.')
  }
  if (value !== checksums[expected.algorithm]) {
    const message = `The ${expected.algorithm} you specified did not match the calculated checksum.`
    throw new S3Error('BadDigest', message)
  }
}

const verify = (digesting: Digesting, expected: ExpectedDigests, trailers: Map<string, string>): ReceivedBody => {
  if (digesting.size !== expected.length) throw new S3Error('IncompleteBody')
  const sha256 = digesting.sha256?.digest('hex')
  if (sha256 !== expected.sha256) {
    throw new S3Error('XAmzContentSHA256Mismatch', undefined, {
      ClientComputedContentSHA256: expected.sha256!,
      S3ComputedContentSHA256: sha256!,
    })
  }
  const md5 = digesting.md5.digest()
  if (expected.md5 && !md5.equals(expected.md5)) {
    throw new S3Error('BadDigest', undefined, {
      ExpectedDigest: expected.md5.toString('base64'),
      CalculatedDigest: md5.toString('base64'),
    })
  }
  const checksums = Object.fromEntries(
    [...digesting.checksums].map(([algorithm, running]) => [algorithm, running.digest().toString('base64')]),
  ) as ReceivedBody['checksums']
  verifyChecksum(checksums, expected.checksum, trailers)
  return { size: digesting.size, md5: md5.toString('hex'), checksums }
}

interface ReceiveOptions {
  expected: ExpectedDigests
  /** Checksums the store keeps, whether or not the sender named them. */
  wanted: ChecksumAlgorithm[]
  sink: BodySink
}

/** Streams a request body into `sink`, taking off its framing, and verifies every digest the sender gave. */
export const receiveBody = async (
  incoming: IncomingMessage,
  { expected, wanted, sink }: ReceiveOptions,
): Promise<ReceivedBody> => {
  const digesting = startDigesting(expected, wanted)
  const decoder = expected.chunked ? createAwsChunkedDecoder() : undefined
  // The socket must outlive a refused body: the refusal is still to be sent on it.
  for await (const piece of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    for (const payload of decoder ? decoder.push(piece) : [piece]) await consume(digesting, payload, sink)
    if (digesting.size > expected.length) throw new S3Error('IncompleteBody')
  }
  return verify(digesting, expected, decoder?.finish() ?? new Map())
}

/** Digests bytes that are already here (the source of a copy) the way an upload is digested. */
export const digestLocalBytes = async (
  source: AsyncIterable<Buffer>,
  wanted: ChecksumAlgorithm[],
  sink: BodySink,
): Promise<ReceivedBody> => {
  const digesting = startDigesting({ length: 0, chunked: false }, wanted)
  for await (const payload of source) await consume(digesting, payload, sink)
  return verify(digesting, { length: digesting.size, chunked: false }, new Map())
}
