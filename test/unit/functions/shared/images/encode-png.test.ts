import { inflateSync } from 'node:zlib'
import { expect } from 'chai'
import { encodePng } from '../../../../../functions/shared/images/encode-png.ts'
import { imageFormatOf } from '../../../../../functions/shared/images/image-format.ts'
import { crcOf } from '../../../../../functions/shared/objects/crc32.ts'

interface Chunk {
  type: string
  data: Buffer
}

/** Reads the chunks of a PNG and checks the checksum of each. */
function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const body = png.subarray(at + 4, at + 8 + length)
    expect(png.readUInt32BE(at + 8 + length)).to.equal(crcOf(body))
    chunks.push({ type: body.toString('latin1', 0, 4), data: body.subarray(4) })
    at += length + 12
  }
  return chunks
}

describe('A PNG out of pixels', () => {
  it('has the size, the kind of pixels and every row behind filter 0', () => {
    const rgb = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    const png = encodePng({ width: 3, height: 2, rgb })
    const [header, data, end] = chunksOf(png)
    expect(png.subarray(0, 8).toString('latin1')).to.equal('\x89PNG\r\n\x1a\n')
    expect(header!.type).to.equal('IHDR')
    expect([...header!.data]).to.deep.equal([0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0])
    expect([...inflateSync(data!.data)]).to.deep.equal([0, ...rgb.subarray(0, 9), 0, ...rgb.subarray(9)])
    expect(end!.type).to.equal('IEND')
  })
})

describe('The format of an image', () => {
  const cases: [string, Buffer, string | undefined][] = [
    ['PNG', encodePng({ width: 1, height: 1, rgb: new Uint8Array(3) }), 'png'],
    ['GIF87a', Buffer.from('GIF87a......'), 'gif'],
    ['GIF89a', Buffer.from('GIF89a......'), 'gif'],
    ['JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), 'jpg'],
    ['WebP', Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1'), 'webp'],
    ['a sound in RIFF', Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1'), undefined],
    ['text', Buffer.from('{"images":[]}'), undefined],
    ['nothing', Buffer.alloc(0), undefined],
  ]
  for (const [name, bytes, extension] of cases) {
    it(`is ${extension ?? 'none'} for ${name}`, () => expect(imageFormatOf(bytes)?.extension).to.equal(extension))
  }
})
