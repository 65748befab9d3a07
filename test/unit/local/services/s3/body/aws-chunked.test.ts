import { expect } from 'chai'
import { createAwsChunkedDecoder } from '../../../../../../local/services/s3/body/aws-chunked.ts'

const UNSIGNED = 'b\r\nhello world\r\n3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n'
const SIGNED =
  'b;chunk-signature=0123\r\nhello world\r\n0;chunk-signature=4567\r\nx-amz-checksum-sha1:abc=\r\nx-amz-trailer-signature:89\r\n\r\n'

const decodeInPieces = (wire: string, pieceSize: number): { text: string; trailers: Record<string, string> } => {
  const decoder = createAwsChunkedDecoder()
  const bytes = Buffer.from(wire)
  const payload: Buffer[] = []
  for (let at = 0; at < bytes.length; at += pieceSize) payload.push(...decoder.push(bytes.subarray(at, at + pieceSize)))
  return { text: Buffer.concat(payload).toString(), trailers: Object.fromEntries(decoder.finish()) }
}

describe('The aws-chunked decoder', () => {
  for (const size of [1, 2, 3, 7, 16, 1000]) {
    it(`gives payload and trailer of an unsigned body that arrives ${size} bytes at a time`, () => {
      expect(decodeInPieces(UNSIGNED, size)).to.deep.equal({
        text: 'hello worldabc',
        trailers: { 'x-amz-checksum-crc32': 'AAAAAA==' },
      })
    })
  }

  it('passes over the signatures of a signed body', () => {
    const { text, trailers } = decodeInPieces(SIGNED, 5)
    expect(text).to.equal('hello world')
    expect(trailers['x-amz-checksum-sha1']).to.equal('abc=')
  })

  it('accepts a body that ends right after its last trailer', () => {
    expect(decodeInPieces('1\r\nx\r\n0\r\na:b', 100).trailers).to.deep.equal({ a: 'b' })
  })

  it('does not take a newline in the payload for the end of a chunk', () => {
    expect(decodeInPieces('4\r\n\r\n\r\n\r\n0\r\n\r\n', 1).text).to.equal('\r\n\r\n')
  })

  for (const cut of ['b\r\nhello', 'b\r\nhello world', 'b\r\nhello world\r\n', '']) {
    it(`reports a body that ends after ${JSON.stringify(cut)} as incomplete`, () => {
      expect(() => decodeInPieces(cut, 100))
        .to.throw()
        .with.property('code', 'IncompleteBody')
    })
  }

  for (const malformed of ['zz\r\n', '-1\r\n', '3\r\nabcd\r\n', '\r\n']) {
    it(`refuses the framing ${JSON.stringify(malformed)}`, () => {
      expect(() => decodeInPieces(malformed, 100))
        .to.throw()
        .with.property('code', 'InvalidRequest')
    })
  }

  it('does not gather an endless chunk header', () => {
    const decoder = createAwsChunkedDecoder()
    expect(() => decoder.push(Buffer.alloc(10_000, 'a')))
      .to.throw()
      .with.property('code', 'InvalidRequest')
  })
})
