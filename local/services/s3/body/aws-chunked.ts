import { S3Error } from '../s3-error.ts'

/** Takes the `aws-chunked` framing off a body that arrives in arbitrary pieces. */
export interface AwsChunkedDecoder {
  /** The payload found in the next piece of the wire; slices of it, nothing is copied. */
  push(piece: Buffer): Buffer[]
  /** Called at the end of the wire: the trailing headers, names in lower case. Throws IncompleteBody when it ended too early. */
  finish(): Map<string, string>
}

type State = 'size' | 'payload' | 'payload-end' | 'trailer' | 'done'

const LONGEST_LINE = 8192
const SIZE_LINE = /^([0-9a-f]{1,8})(?:;.*)?$/i

const parseSize = (line: string): number => {
  const match = SIZE_LINE.exec(line)
  if (!match) throw new S3Error('InvalidRequest', 'The aws-chunked encoding of the body is malformed.')
  return Number.parseInt(match[1]!, 16)
}

/**
 * The signatures of the single chunks are not checked: they need the caller's secret, which the edge keeps to itself. The
 * edge has verified the seed signature, and the checksum in the trailer is verified by the caller of this decoder.
 */
export const createAwsChunkedDecoder = (): AwsChunkedDecoder => {
  const trailers = new Map<string, string>()
  let state: State = 'size'
  let remaining = 0
  let partialLine = ''

  const endLine: Record<Exclude<State, 'payload' | 'done'>, (line: string) => State> = {
    size: (line) => {
      remaining = parseSize(line)
      return remaining === 0 ? 'trailer' : 'payload'
    },
    'payload-end': (line) => {
      if (line !== '') throw new S3Error('InvalidRequest', 'The aws-chunked encoding of the body is malformed.')
      return 'size'
    },
    trailer: (line) => {
      if (line === '') return 'done'
      const colon = line.indexOf(':')
      if (colon > 0) trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
      return 'trailer'
    },
  }

  const takeLine = (piece: Buffer, from: number): number => {
    const newline = piece.indexOf(0x0a, from)
    const end = newline < 0 ? piece.length : newline
    partialLine += piece.toString('latin1', from, end)
    if (partialLine.length > LONGEST_LINE) throw new S3Error('InvalidRequest', 'A chunk header is too long.')
    if (newline < 0) return piece.length
    const line = partialLine.replace(/\r$/, '')
    partialLine = ''
    state = endLine[state as keyof typeof endLine](line)
    return newline + 1
  }

  return {
    push(piece) {
      const payload: Buffer[] = []
      let at = 0
      while (at < piece.length && state !== 'done') {
        if (state !== 'payload') {
          at = takeLine(piece, at)
          continue
        }
        const slice = piece.subarray(at, at + remaining)
        payload.push(slice)
        at += slice.length
        remaining -= slice.length
        if (remaining === 0) state = 'payload-end'
      }
      return payload
    },
    finish() {
      // Some clients leave out the empty line, or even the last line end, after the last chunk.
      if (state === 'trailer' && partialLine !== '') state = endLine.trailer(partialLine)
      if (state !== 'done' && state !== 'trailer') throw new S3Error('IncompleteBody')
      return trailers
    },
  }
}
