import decodePngPixels, { init as initPng } from '@jsquash/png/decode.js'
import { expect } from 'chai'
import { BadImage } from '../../../../../functions/shared/images/bad-image.ts'
import { decodeImage, MOST_IMAGE_BYTES } from '../../../../../functions/shared/images/decode-image.ts'
import {
  anyPng,
  jpegFile,
  type PngKind,
  pngChunk,
  pngFile,
  wasmModule,
  webpFile,
} from '../../../../support/picture-files.ts'

const SIZE = { width: 32, height: 24 }

/** The size of the image, or why it is none; anything else that goes wrong fails the test. */
async function verdictOn(bytes: Buffer): Promise<unknown> {
  try {
    return await decodeImage(bytes)
  } catch (error) {
    if (error instanceof BadImage) return error.message
    throw error
  }
}

const joined = (...parts: (Buffer | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as Buffer)))

/** The bytes with some of them replaced. */
function patched(bytes: Buffer, at: number, ...values: number[]): Buffer {
  const copy = Buffer.from(bytes)
  copy.set(values, at)
  return copy
}

const frameOf = (jpeg: Buffer): number => jpeg.indexOf(Buffer.from([0xff, 0xc0]))

describe('An image for a training', () => {
  const files: Record<string, () => Promise<Buffer>> = {
    'a PNG': async () => pngFile(),
    'a JPEG': () => jpegFile(),
    'a progressive JPEG': () => jpegFile({ progressive: true }),
    'a WebP': () => webpFile(),
    'a WebP with transparency': () => webpFile({ isOpaque: false }),
    'a lossless WebP': () => webpFile({ lossless: true }),
  }

  for (const [what, make] of Object.entries(files)) {
    it(`may be ${what}`, async () => expect(await verdictOn(await make())).to.deep.equal(SIZE))

    it(`may be ${what} with something behind its end`, async () => {
      expect(await verdictOn(joined(await make(), 'trailer of a camera'))).to.deep.equal(SIZE)
    })

    it(`may not be ${what} that was cut off anywhere`, async () => {
      const whole = await make()
      for (let length = 1; length < whole.length; length++) {
        const verdict = await verdictOn(whole.subarray(0, length))
        const expected = length < 12 ? /^(truncated|not a PNG, JPEG or WebP image)$/ : /^truncated$/
        expect(verdict, `${length} of ${whole.length}`).to.match(expected)
      }
    })

    it(`is decoded or refused, whatever byte of ${what} is wrong`, async () => {
      const whole = await make()
      for (let at = 0; at < whole.length; at += 3) {
        const verdict = await verdictOn(patched(whole, at, (whole[at] as number) ^ (1 + (at % 255))))
        expect(verdict, `byte ${at}`).to.satisfy(
          (found: unknown) => typeof found === 'string' || 'width' in (found as object),
        )
      }
      expect(await verdictOn(whole)).to.deep.equal(SIZE)
    })
  }

  const big = { width: 20_000, height: 20_000 }
  const vp8x = (flags: number, width: number, height: number): Buffer => {
    const chunk = Buffer.alloc(18)
    chunk.write('VP8X')
    chunk.writeUInt32LE(10, 4)
    chunk[8] = flags
    chunk.writeUIntLE(width - 1, 12, 3)
    chunk.writeUIntLE(height - 1, 15, 3)
    const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1')
    head.writeUInt32LE(4 + chunk.length, 4)
    return joined(head, chunk)
  }
  const refusals: [string, () => Buffer | Promise<Buffer>, string][] = [
    ['nothing', () => Buffer.alloc(0), 'empty'],
    ['text', () => Buffer.from('<html>not found</html>'), 'not a PNG, JPEG or WebP image'],
    ['a GIF', () => Buffer.from('GIF89a\x01\x00\x01\x00'), 'not a PNG, JPEG or WebP image'],
    ['more than 32 MB', () => joined(pngFile(), Buffer.alloc(MOST_IMAGE_BYTES)), '32.1 MB are more than 32 MB'],
    [
      'a PNG of too many pixels',
      () => anyPng({ ...big, depth: 8, colour: 2, data: Buffer.alloc(9) }),
      '20,000 x 20,000 pixels are more than 50,000,000',
    ],
    [
      'a JPEG of too many pixels',
      async () => {
        const jpeg = await jpegFile()
        return patched(jpeg, frameOf(jpeg) + 5, 0xff, 0xdc, 0xff, 0xdc)
      },
      '65,500 x 65,500 pixels are more than 50,000,000',
    ],
    ['a WebP of too many pixels', () => vp8x(0, 16_384, 16_384), '16,384 x 16,384 pixels are more than 50,000,000'],
    ['a tiny PNG', () => pngFile(15, 200), '15 x 200 pixels: smaller than 16 on a side'],
    ['a tiny JPEG', () => jpegFile({ width: 200, height: 8 }), '200 x 8 pixels: smaller than 16 on a side'],
    ['a tiny WebP', () => webpFile({ width: 8, height: 8 }), '8 x 8 pixels: smaller than 16 on a side'],
    ['an animated WebP', () => vp8x(2, 64, 64), 'an animated WebP: save one picture of it'],
    [
      'a WebP of an unknown kind',
      () => Buffer.from('RIFF\x16\0\0\0WEBPXYZ \n\0\0\0\0\0\0\0\0\0\0\0\0\0', 'latin1'),
      'damaged: it has no WebP header',
    ],
    [
      'a CMYK JPEG',
      async () => {
        const jpeg = await jpegFile()
        return patched(jpeg, frameOf(jpeg) + 9, 4)
      },
      'a CMYK JPEG: save it with RGB colours',
    ],
    [
      'a JPEG that the decoder does not know',
      async () => {
        const jpeg = await jpegFile()
        return patched(jpeg, frameOf(jpeg) + 4, 12)
      },
      'damaged: Unsupported JPEG data precision 12',
    ],
    [
      'a JPEG whose end was put on after a cut',
      async () => joined((await jpegFile()).subarray(0, 560), Buffer.from([0xff, 0xd9])),
      'truncated',
    ],
    ['a JPEG without a frame', () => Buffer.from([0xff, 0xd8, 0xff, 0xd9]), 'damaged: it has no JPEG header'],
    [
      'a JPEG with a hole',
      () => Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 2, 7, 7]),
      'damaged: a JPEG marker is missing',
    ],
    ['a PNG with a wrong checksum', () => patched(pngFile(), 60, 1), 'damaged: the checksum of chunk IDAT is wrong'],
    [
      'a PNG with an impossible depth',
      () => anyPng({ ...SIZE, depth: 4, colour: 2 }),
      'damaged: colour type 2 with 4 bits',
    ],
    ['a PNG without its palette', () => anyPng({ ...SIZE, depth: 8, colour: 3 }), 'damaged: it has no palette'],
    [
      'a PNG with an unknown filter',
      () => anyPng({ ...SIZE, depth: 8, colour: 0, data: Buffer.alloc(33 * 24, 5) }),
      'damaged: a row has an unknown filter',
    ],
    [
      'a PNG that lacks a row',
      () => anyPng({ ...SIZE, depth: 8, colour: 0, data: Buffer.alloc(33 * 23) }),
      'truncated',
    ],
    [
      'a PNG that holds a hundred megabytes for a few pixels',
      () => anyPng({ ...SIZE, depth: 8, colour: 0, data: Buffer.alloc(100_000_000) }),
      'damaged: it holds more data than its pixels need',
    ],
    [
      'a PNG whose pixels are not compressed data',
      () => {
        const head = anyPng({ ...SIZE, depth: 8, colour: 0 }).subarray(0, 33)
        return joined(head, pngChunk('IDAT', Buffer.from('no zlib')), pngChunk('IEND', Buffer.alloc(0)))
      },
      'damaged: incorrect header check',
    ],
    [
      'a PNG without a header',
      () => joined(pngFile().subarray(0, 8), pngChunk('IEND', Buffer.alloc(0))),
      'damaged: it has no PNG header',
    ],
  ]
  for (const [what, make, reason] of refusals) {
    it(`may not be ${what}`, async () => expect(await verdictOn(await make())).to.equal(reason))
  }

  it('is refused for its size before it is decoded', async () => {
    const bomb = anyPng({ ...big, depth: 8, colour: 2, data: Buffer.alloc(10_000_000) })
    const before = process.memoryUsage().rss
    expect(await verdictOn(bomb)).to.contain('pixels are more than')
    expect(process.memoryUsage().rss - before).to.be.below(50_000_000)
  })

  it('is decoded after one that broke the decoder', async () => {
    const jpeg = await jpegFile()
    for (let round = 0; round < 3; round++) {
      expect(await verdictOn(patched(jpeg, frameOf(jpeg) + 4, 12))).to.contain('precision 12')
      expect(await verdictOn(jpeg)).to.deep.equal(SIZE)
    }
  })

  it('is judged on its own while others are looked at', async () => {
    const [good, cut] = [await jpegFile(), joined((await jpegFile()).subarray(0, 560), Buffer.from([0xff, 0xd9]))]
    const verdicts = await Promise.all([good, cut, pngFile(), cut, good, await webpFile()].map(verdictOn))
    expect(verdicts).to.deep.equal([SIZE, 'truncated', SIZE, 'truncated', SIZE, SIZE])
  })
})

describe('A PNG of any kind', () => {
  before(() => initPng(wasmModule('@jsquash/png/codec/pkg/squoosh_png_bg.wasm')))

  const palette: [string, Buffer][] = [['PLTE', Buffer.alloc(3 * 2)]]
  const kinds: [number, number[]][] = [
    [0, [1, 2, 4, 8, 16]],
    [2, [8, 16]],
    [3, [1, 2, 4, 8]],
    [4, [8, 16]],
    [6, [8, 16]],
  ]
  for (const [colour, depths] of kinds) {
    for (const depth of depths) {
      it(`is decoded with colour type ${colour} and ${depth} bits, interlaced or not, as another decoder does`, async () => {
        for (const interlaced of [false, true]) {
          for (const [width, height] of [
            [16, 16],
            [17, 23],
            [33, 16],
          ] as const) {
            const kind: PngKind = {
              width,
              height,
              depth,
              colour,
              interlaced,
              ...(colour === 3 ? { chunks: palette } : {}),
            }
            const png = anyPng(kind)
            const other = await decodePngPixels(png as unknown as ArrayBuffer)
            expect([other.width, other.height]).to.deep.equal([width, height])
            expect(await verdictOn(png), JSON.stringify(kind)).to.deep.equal({ width, height })
          }
        }
      })
    }
  }

  it('is decoded whatever its optional chunks say', async () => {
    const broken = pngChunk('tEXt', Buffer.from('Comment\0hello'))
    broken.writeUInt8(broken.readUInt8(broken.length - 1) ^ 1, broken.length - 1)
    const [head, rest] = [pngFile().subarray(0, 33), pngFile().subarray(33)]
    expect(await verdictOn(Buffer.concat([head, broken, rest]))).to.deep.equal(SIZE)
  })
})
