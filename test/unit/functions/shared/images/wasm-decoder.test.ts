import { expect } from 'chai'
import { createDecoder, type DecoderInstance } from '../../../../../functions/shared/images/wasm-decoder.ts'

/** The shortest module: its magic number and version. */
const EMPTY_MODULE = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00)
const SMALL = { width: 20, height: 20 }
const LARGE = { width: 2_001, height: 2_000 }

/** A decoder whose instances answer as they are told, and are counted. */
function countingDecoder(
  decode: (say: (text: string) => void, bytes: Uint8Array) => ReturnType<DecoderInstance['decode']>,
) {
  const counts = { loads: 0, starts: 0 }
  const decoder = createDecoder({
    load: () => {
      counts.loads++
      return EMPTY_MODULE
    },
    start: async (_module, { printErr }) => {
      counts.starts++
      return { decode: (bytes) => decode(printErr, bytes) }
    },
  })
  return { counts, decode: (size = SMALL) => decoder.decode(new Uint8Array(4), size) }
}

const failure = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: Error) => `${error.name}: ${error.message}`,
  )

describe('A decoder in WebAssembly', () => {
  it('is loaded and started once for many small images', async () => {
    const { counts, decode } = countingDecoder(() => SMALL)
    await decode()
    await decode()
    expect(counts).to.deep.equal({ loads: 1, starts: 1 })
  })

  it('is started anew after a large image, whose memory it would keep', async () => {
    const { counts, decode } = countingDecoder(() => LARGE)
    await decode(LARGE)
    await decode(LARGE)
    expect(counts).to.deep.equal({ loads: 1, starts: 2 })
  })

  it('is started anew after a failure, and tells what the decoder said', async () => {
    let isBroken = true
    const { counts, decode } = countingDecoder((say) => {
      if (!isBroken) return SMALL
      say('Bogus marker length')
      throw new Error('exit(1)')
    })
    expect(await failure(decode())).to.equal('BadImage: damaged: Bogus marker length')
    isBroken = false
    expect(await decode()).to.deep.equal([])
    expect(counts).to.deep.equal({ loads: 1, starts: 2 })
  })

  it('answers what was said about this image and no other', async () => {
    let round = 0
    const { decode } = countingDecoder((say) => {
      say(`warning ${++round}`)
      return SMALL
    })
    expect(await decode()).to.deep.equal(['warning 1'])
    expect(await decode()).to.deep.equal(['warning 2'])
  })

  it('refuses what decodes to nothing, or to another size than the header says', async () => {
    expect(await failure(countingDecoder(() => null).decode())).to.equal('BadImage: damaged: the decoder gives up')
    expect(await failure(countingDecoder(() => LARGE).decode())).to.equal('BadImage: damaged: the decoder gives up')
  })
})
