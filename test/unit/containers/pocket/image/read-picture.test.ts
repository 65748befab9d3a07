import encodeJpeg, { init as startJpeg } from '@jsquash/jpeg/encode.js'
import encodeWebp, { init as startWebp } from '@jsquash/webp/encode.js'
import { expect } from 'chai'
import { readPicture } from '../../../../../containers/pocket/image/read-picture.ts'
import { writePng } from '../../../../../containers/pocket/image/write-png.ts'
import { anyPng, wasmModule } from '../../../../support/picture-files.ts'

const SIZE = { width: 16, height: 8 }

/** Left half red, right half blue; the opacity is the same everywhere. */
function halves(opacity: number): Parameters<typeof encodeJpeg>[0] {
  const data = new Uint8ClampedArray(SIZE.width * SIZE.height * 4)
  for (let at = 0; at < data.length / 4; at++) {
    data.set(at % SIZE.width < SIZE.width / 2 ? [220, 20, 30, opacity] : [20, 30, 220, opacity], at * 4)
  }
  return { data, ...SIZE } as unknown as Parameters<typeof encodeJpeg>[0]
}

function expectColour(bytes: Uint8Array, x: number, colour: readonly number[]): void {
  const at = (4 * SIZE.width + x) * 3
  colour.forEach((value, c) => {
    expect(bytes[at + c]).closeTo(value, 12)
  })
}

describe('reading pictures of a dataset', () => {
  before(async () => {
    await (startJpeg as (module: WebAssembly.Module) => Promise<void>)(
      wasmModule('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'),
    )
    await (startWebp as (module: WebAssembly.Module) => Promise<unknown>)(
      wasmModule('@jsquash/webp/codec/enc/webp_enc.wasm'),
    )
  })

  it('reads JPEG', async () => {
    const picture = await readPicture(new Uint8Array(await encodeJpeg(halves(255), { quality: 95 })))
    expect(picture).include(SIZE)
    expectColour(picture.bytes, 3, [220, 20, 30])
    expectColour(picture.bytes, 12, [20, 30, 220])
  })

  it('reads WebP, and lays what is transparent on white', async () => {
    const file = await encodeWebp(halves(128), { lossless: 1, exact: 1 })
    const picture = await readPicture(new Uint8Array(file))
    expect(picture).include(SIZE)
    expectColour(picture.bytes, 3, [237, 137, 142])
  })

  it('reads PNG, and those that our own reader refuses', async () => {
    const bytes = new Uint8Array(SIZE.width * SIZE.height * 3).fill(77)
    expect((await readPicture(writePng({ ...SIZE, bytes }))).bytes).deep.equal(bytes)
    const interlaced = await readPicture(anyPng({ ...SIZE, depth: 8, colour: 2, interlaced: true }))
    expect(interlaced).include(SIZE)
    expectColour(interlaced.bytes, 3, [0, 0, 0])
  })

  it('says what is wrong with what is no picture', async () => {
    const png = writePng({ ...SIZE, bytes: new Uint8Array(SIZE.width * SIZE.height * 3) })
    const jpeg = new Uint8Array(await encodeJpeg(halves(255))).slice(0, 20)
    for (const [file, message] of [
      [Buffer.from('GIF89a, which is none of them'), /it is no PNG, JPEG or WebP/],
      [png.subarray(0, 40), /ends in the middle of a chunk/],
      [jpeg, /its pixels do not decode/],
    ] as const) {
      const error = await readPicture(file).then(
        () => expect.fail('it was read'),
        (reason: Error) => reason,
      )
      expect(error.name).equal('UnreadablePicture')
      expect(error.message).match(message)
    }
  })
})
