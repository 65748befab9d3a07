import { existsSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { TransientError } from '../../../../../functions/shared/errors.ts'
import { readArchive } from '../../../../../functions/tasks/check-tarball/read-archive.ts'
import { type ArchiveEntry, buildTar, buildTarball, smallCheckpoint } from '../../../../support/build-archive.ts'

const checkpoint = smallCheckpoint()
const GOOD: ArchiveEntry = ['Stable-diffusion/castle.safetensors', checkpoint]
const LIMITS = { unpackedBytes: 10_000_000 }

async function* inPieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing failed')
}

const read = async (entries: ArchiveEntry[]) => readArchive(inPieces(await buildTarball(entries)), LIMITS)
const refusal = async (entries: ArchiveEntry[]) => failureOf(read(entries))

describe('readArchive', () => {
  it('lists the files of a well-made model.tar.gz', async () => {
    const files = await read([
      ['Stable-diffusion/', { type: 'directory' }],
      GOOD,
      ['Stable-diffusion/castle.yaml', Buffer.from('model: {}')],
      ['Lora/', { type: 'directory' }],
      ['Lora/hat.safetensors', checkpoint],
      ['VAE/soft.safetensors', checkpoint],
      ['ControlNet/lines.safetensors', checkpoint],
      ['embeddings/bad.pt', Buffer.from('x')],
    ])
    expect(files.map(({ folder, name, size }) => [folder, name, size])).to.deep.equal([
      ['Stable-diffusion', 'castle.safetensors', checkpoint.length],
      ['Stable-diffusion', 'castle.yaml', 9],
      ['Lora', 'hat.safetensors', checkpoint.length],
      ['VAE', 'soft.safetensors', checkpoint.length],
      ['ControlNet', 'lines.safetensors', checkpoint.length],
      ['embeddings', 'bad.pt', 1],
    ])
  })

  it('takes what `tar -C model -czf model.tar.gz .` makes, and long names', async () => {
    const name = `${'long-'.repeat(40)}.safetensors`
    const files = await read([
      ['./', { type: 'directory' }],
      ['./Stable-diffusion/', { type: 'directory' }],
      [`./Stable-diffusion/${name}`, checkpoint],
    ])
    expect(files).to.have.length(1)
    expect(files[0]).to.include({ folder: 'Stable-diffusion', name })
  })

  it('takes an archive that was compressed in several members', async () => {
    const tar = await buildTar([GOOD])
    const members = [tar.subarray(0, 700), tar.subarray(700)].map((part) => gzipSync(part))
    expect(await readArchive(inPieces(Buffer.concat(members)), LIMITS)).to.have.length(1)
  })

  const REFUSED: [string, ArchiveEntry[], RegExp][] = [
    ['a folder in the wrong case', [['lora/x.safetensors', checkpoint], GOOD], /lora\/, which should be Lora\//],
    ['a folder in the plural', [['LORAs/', { type: 'directory' }], GOOD], /"LORAs\/" should be Lora\//],
    [
      'a folder with an underscore',
      [['stable_diffusion/x.safetensors', checkpoint]],
      /stable_diffusion\/, which should be Stable-diffusion\//,
    ],
    ['a folder around the package', [['model/Lora/x.safetensors', checkpoint]], /around the package.*inside model\//],
    ['an unknown folder', [GOOD, ['hypernetworks/x.pt', Buffer.from('x')]], /none of the folders that containers know/],
    ['a file at the top', [['castle.safetensors', checkpoint]], /lies at the top/],
    ['a deeper folder', [GOOD, ['Lora/hats/x.safetensors', checkpoint]], /deeper than containers look/],
    ['an empty deeper folder', [GOOD, ['Lora/hats/', { type: 'directory' }]], /deeper than containers look/],
    ['a way out', [GOOD, ['Lora/../../x.safetensors', checkpoint]], /leads out of the model directory/],
    ['an absolute path', [GOOD, ['/Lora/x.safetensors', checkpoint]], /absolute path/],
    ['a backslash', [GOOD, ['Lora\\x.safetensors', checkpoint]], /backslash/],
    ['a symbolic link', [GOOD, ['Lora/x.safetensors', { type: 'symlink', linkname: '/etc/passwd' }]], /is a symlink/],
    ['a hard link', [GOOD, ['Lora/x.safetensors', { type: 'link', linkname: 'Lora/y' }]], /is a link/],
    ['a device', [GOOD, ['Lora/x.safetensors', { type: 'character-device' }]], /is a character-device/],
    ['a pipe', [GOOD, ['Lora/x.safetensors', { type: 'fifo' }]], /is a fifo/],
    ['a hidden file', [GOOD, ['Lora/._x.safetensors', checkpoint]], /hidden.*COPYFILE_DISABLE/],
    ['a pickled checkpoint', [['Stable-diffusion/x.ckpt', checkpoint]], /is a pickled file/],
    ['a kind that a folder does not take', [GOOD, ['Lora/readme.txt', Buffer.from('x')]], /takes \.safetensors/],
    ['the same file twice', [GOOD, GOOD], /is there twice/],
    ['no checkpoint', [['Lora/x.safetensors', checkpoint]], /There is no checkpoint/],
    ['nothing at all', [], /There is no checkpoint/],
    ['an empty file', [GOOD, ['embeddings/x.pt', Buffer.alloc(0)]], /is empty/],
  ]
  for (const [what, entries, words] of REFUSED) {
    it(`refuses ${what}`, async () => {
      const error = await refusal(entries)
      expect(error.message).to.match(words)
      expect(error.name).to.equal('InvalidModelPackage')
    })
  }

  it('refuses more entries than a model has', async () => {
    const many = Array.from({ length: 120 }, (_, i): ArchiveEntry => [`Lora/${i}.safetensors`, checkpoint])
    expect((await refusal([GOOD, ...many])).message).to.contain('121 files: pack at most 100')
    const folders = Array.from({ length: 300 }, (): ArchiveEntry => ['Lora/', { type: 'directory' }])
    expect((await refusal([GOOD, ...folders])).message).to.contain('more than 200 entries')
  })

  it('looks into every safetensors file', async () => {
    for (const bad of [Buffer.alloc(0), Buffer.from('not one'), checkpoint.subarray(0, checkpoint.length - 1)]) {
      const error = await refusal([GOOD, ['Lora/x.safetensors', bad]])
      expect(error.name).to.equal('InvalidSafetensors')
      expect(error.message).to.contain('Lora/x.safetensors')
    }
    const huge = Buffer.alloc(100)
    huge.writeBigUInt64LE(2n ** 62n)
    expect((await refusal([['VAE/x.safetensors', huge]])).message).to.contain('claims a header')
  })

  it('reads a header that is longer than its first look', async () => {
    const header = Buffer.from(`{"__metadata__":{"note":"${'x'.repeat(900_000)}"}}`)
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(header.length))
    const files = await read([['Stable-diffusion/x.safetensors', Buffer.concat([length, header])]])
    expect(files[0]?.size).to.equal(8 + header.length)
  })

  it('stops unpacking where a small archive becomes a large one', async () => {
    const bomb = await buildTarball([GOOD, ['embeddings/x.pt', Buffer.alloc(20_000_000)]])
    expect(bomb.length).to.be.below(100_000)
    let taken = 0
    const counted = async function* () {
      for await (const piece of inPieces(bomb)) {
        taken += piece.length
        yield piece
      }
    }
    const error = await failureOf(readArchive(counted(), LIMITS))
    expect(error.name).to.equal('InvalidModelPackage')
    expect(error.message).to.contain('more than 10000000 bytes')
    expect(taken).to.be.below(bomb.length)
  })

  it('says so when it is cut off, or is no archive at all', async () => {
    const tarball = await buildTarball([GOOD])
    const cut = await failureOf(readArchive(inPieces(tarball.subarray(0, tarball.length - 20)), LIMITS))
    expect(cut.name).to.equal('InvalidModelPackage')
    expect(cut.message).to.match(/not a whole gzip file/)
    const text = await failureOf(readArchive(inPieces(Buffer.from('hello, this is text')), LIMITS))
    expect(text.message).to.match(/not a whole gzip file/)
    const other = await failureOf(readArchive(inPieces(gzipSync(Buffer.alloc(4096, 7))), LIMITS))
    expect(other.message).to.match(/not a whole tar archive/)
    const tar = await buildTar([GOOD])
    const short = await failureOf(readArchive(inPieces(gzipSync(tar.subarray(0, 600))), LIMITS))
    expect(short.name).to.equal('InvalidModelPackage')
  })

  it('passes on what the source throws', async () => {
    const broken = async function* () {
      yield (await buildTarball([GOOD])).subarray(0, 50)
      throw new TransientError('S3 is away')
    }
    expect((await failureOf(readArchive(broken(), LIMITS))).message).to.equal('S3 is away')
  })

  it('refuses every hostile safetensors file of the collection, where that is at hand', async () => {
    const folder = '../shared/corpus/hostile-safetensors'
    if (!existsSync(folder)) return
    const told: Record<string, { verdict: string }> = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8'))
    for (const [name] of Object.entries(told).filter(([, { verdict }]) => verdict === 'reject')) {
      const bytes = readFileSync(`${folder}/${name}.safetensors`)
      expect((await refusal([GOOD, ['Lora/x.safetensors', bytes]])).name, name).to.equal('InvalidSafetensors')
    }
  })
})
