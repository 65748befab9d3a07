import { deflateSync } from 'node:zlib'
import { expect } from 'chai'
import type { Picture } from '../../../../../containers/pocket/image/picture.ts'
import { PNG_SIGNATURE } from '../../../../../containers/pocket/image/png-chunks.ts'
import { readPng } from '../../../../../containers/pocket/image/read-png.ts'
import { writePng } from '../../../../../containers/pocket/image/write-png.ts'
import { createRandom } from '../../../../../containers/pocket/tensor/random.ts'
import { crcOf } from '../../../../../functions/shared/objects/crc32.ts'

function randomPicture(width: number, height: number): Picture {
  const random = createRandom(7)
  return {
    width,
    height,
    bytes: Uint8Array.from({ length: width * height * 3 }, () => Math.floor(random.uniform() * 256)),
  }
}

interface Header {
  width: number
  height: number
  depth: number
  type: number
  interlaced?: boolean
}

/** A PNG of rows that already have their filter bytes. */
function pngOf({ width, height, depth, type, interlaced = false }: Header, rows: number[], palette?: number[]): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([depth, type, 0, 0, interlaced ? 1 : 0], 8)
  const chunk = (name: string, data: Uint8Array): Buffer => {
    const framed = Buffer.alloc(12 + data.length)
    framed.writeUInt32BE(data.length)
    framed.write(name, 4, 'latin1')
    framed.set(data, 8)
    framed.writeUInt32BE(crcOf(framed.subarray(4, 8 + data.length)), 8 + data.length)
    return framed
  }
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', header),
    ...(palette === undefined ? [] : [chunk('PLTE', Uint8Array.from(palette))]),
    chunk('IDAT', deflateSync(Uint8Array.from(rows))),
    chunk('IEND', new Uint8Array(0)),
  ])
}

describe('PNG', () => {
  it('reads back what it wrote', () => {
    const picture = randomPicture(13, 7)
    expect(readPng(writePng(picture))).deep.equal(picture)
  })

  it('keeps the texts that it was given', () => {
    const file = writePng(randomPicture(2, 2), new Map([['parameters', 'a red circle\nSteps: 20']]))
    expect(file.includes(Buffer.from('tEXtparameters\0a red circle\nSteps: 20'))).equal(true)
  })

  it('undoes each of the filters', () => {
    const rows = [
      [0, 10, 20, 30],
      [1, 1, 1, 1],
      [2, 1, 1, 1],
      [3, 6, 2, 2],
      [4, 1, 1, 1],
    ].flat()
    const read = readPng(pngOf({ width: 3, height: 5, depth: 8, type: 0 }, rows))
    const gray = [...read.bytes].filter((_, at) => at % 3 === 0)
    expect(gray).deep.equal([10, 20, 30, 1, 2, 3, 2, 3, 4, 7, 7, 7, 8, 9, 10])
  })

  it('reads palettes of few bits, alpha over white, and 16 bits a channel', () => {
    const palette = readPng(
      pngOf({ width: 3, height: 1, depth: 2, type: 3 }, [0, 0b00_01_10_00], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    )
    expect([...palette.bytes]).deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9])
    const alpha = readPng(pngOf({ width: 2, height: 1, depth: 8, type: 6 }, [0, 9, 9, 9, 0, 9, 8, 7, 255]))
    expect([...alpha.bytes]).deep.equal([255, 255, 255, 9, 8, 7])
    const wide = readPng(pngOf({ width: 1, height: 1, depth: 16, type: 2 }, [0, 200, 1, 100, 1, 50, 1]))
    expect([...wide.bytes]).deep.equal([200, 100, 50])
  })

  it('says what is wrong with a file that it cannot read', () => {
    const good = writePng(randomPicture(3, 3))
    const bad = Buffer.from(good)
    bad[20]! ^= 1
    expect(() => readPng(Buffer.from('hello'))).throw('it is not a PNG')
    expect(() => readPng(bad)).throw('a checksum is wrong')
    expect(() => readPng(good.subarray(0, 40))).throw('it ends in the middle of a chunk')
    expect(() => readPng(pngOf({ width: 3, height: 3, depth: 8, type: 2 }, [0, 1, 2]))).throw('rows are missing')
    expect(() => readPng(pngOf({ width: 1, height: 1, depth: 8, type: 2, interlaced: true }, [0, 1, 2, 3]))).throw(
      'interlaced',
    )
    expect(() => readPng(pngOf({ width: 1, height: 1, depth: 8, type: 3 }, [0, 0]))).throw('palette is missing')
    expect(() => readPng(pngOf({ width: 65536, height: 65536, depth: 8, type: 2 }, [0]))).throw('size is 65536')
  })

  it('never reads a file of which any one byte is cut off', () => {
    const good = writePng(randomPicture(2, 2))
    for (let length = 0; length < good.length - 12; length++) expect(() => readPng(good.subarray(0, length))).throw()
  })
})
